"""Certificates that are due, renewed and taken up while everything runs."""

from __future__ import annotations

import sys
from pathlib import Path

from cryptography import x509

from zato.appliance import certificates, joined
from zato.appliance.create import exclusive
from zato.core.errors import Conflict, InvalidInput, NotFound, ZatoError
from zato.host.layout import APPLIANCE_LAYOUT as LAYOUT
from zato.host.settings import load_cluster
from zato.pki import public
from zato.pki.certificates import load_certificate
from zato.pki.public_pair import PublicPair

# ProtectHome of the units
_HIDDEN = (("home",), ("root",))


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
        _follow_public()


def renew_now(name: str) -> x509.Certificate:
    """The same with one certificate, whether it is due or not."""
    if load_cluster(LAYOUT).has_joined:
        joined.renew_now()
        return load_certificate(LAYOUT.pki / f"{name}.crt")
    with exclusive():
        return certificates.renew(LAYOUT, name)


def take_public(certificate: Path, key: Path) -> PublicPair:
    """Shows the public certificate in these files; see certificates.take_public. Raises Conflict without a balancer."""
    if load_cluster(LAYOUT).has_joined:
        raise Conflict(
            "This machine has no balancer; give the public certificate to the machine that has it.", code="no-balancer"
        )
    hidden = next((path for path in (certificate, key) if path.absolute().parts[1:2] in _HIDDEN), None)
    if hidden is not None:
        raise InvalidInput(
            f"{hidden} is in a home directory, where no unit of Zato's looks for a renewed one; keep it elsewhere, "
            "such as below /etc/ssl.",
            code="hidden-path",
        )
    with exclusive():
        return certificates.take_public(LAYOUT, certificate, key)


def follow_public() -> bool:
    """Takes what its files have now; see certificates.follow_public."""
    with exclusive():
        return certificates.follow_public(LAYOUT)


def remove_public() -> bool:
    """The cluster's own certificate is shown to everybody from now on."""
    with exclusive():
        return public.remove(LAYOUT.pki)


def _follow_public() -> None:
    try:
        if certificates.follow_public(LAYOUT):
            _say("Taken: the public certificate")
    except NotFound:  # nobody has given one
        return
    except ZatoError as error:
        _say(error.message)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - for the journal, and beside what a command prints
