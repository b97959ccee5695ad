"""Certificates that are due, renewed and taken up while everything runs."""

from __future__ import annotations

import sys

from cryptography import x509

from zato.appliance import certificates, joined
from zato.appliance.create import exclusive
from zato.host.layout import APPLIANCE_LAYOUT as LAYOUT
from zato.host.settings import load_cluster
from zato.pki.certificates import load_certificate


def renew() -> None:
    """Renews what is due; the agents of HAProxy and lighttpd see a new certificate by themselves.

    A machine that has joined has the cluster renew its certificates: see joined.
    """
    if load_cluster(LAYOUT).has_joined:
        return
    with exclusive():
        for name in certificates.due(LAYOUT):
            certificates.renew(LAYOUT, name)
            _say(f"Renewed: {name}")


def renew_now(name: str) -> x509.Certificate:
    """The same with one certificate, whether it is due or not."""
    if load_cluster(LAYOUT).has_joined:
        joined.renew_now()
        return load_certificate(LAYOUT.pki / f"{name}.crt")
    with exclusive():
        return certificates.renew(LAYOUT, name)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - for the journal, and beside what a command prints
