"""Certificates that are due, renewed and taken up while everything runs."""

from __future__ import annotations

import sys

from cryptography import x509

from zato.appliance import certificates, joined
from zato.appliance.create import LAYOUT, alone
from zato.core.errors import Unavailable
from zato.host.settings import load_cluster
from zato.pki.certificates import load_certificate
from zato.pki.components import BALANCER, BALANCER_CLIENT
from zato.singleton.balancer import BalancerCertificates


def renew() -> None:
    """Renews what is due and has HAProxy use it; lighttpd's agents see a new certificate by themselves.

    A machine that has joined has the cluster renew its certificates: see joined.
    """
    if load_cluster(LAYOUT).has_joined:
        return
    with alone():
        for name in certificates.due(LAYOUT):
            certificates.renew(LAYOUT, name)
            _say(f"Renewed: {name}")
    _tell_balancer()


def renew_now(name: str) -> x509.Certificate:
    """The same with one certificate, whether it is due or not."""
    if load_cluster(LAYOUT).has_joined:
        joined.renew_now()
        return load_certificate(LAYOUT.pki / f"{name}.crt")
    with alone():
        renewed = certificates.renew(LAYOUT, name)
    _tell_balancer()
    return renewed


def _tell_balancer() -> None:
    balancer = BalancerCertificates(LAYOUT.haproxy_socket)
    for name in (BALANCER, BALANCER_CLIENT):
        try:
            if balancer.refresh(LAYOUT.pki / f"{name}.crt"):
                _say(f"HAProxy uses the new certificate {name}")
        except Unavailable as error:
            _say(f"HAProxy was not told of {name}: {error.message}")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - for the journal, and beside what a command prints
