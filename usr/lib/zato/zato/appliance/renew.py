"""Certificates that are due, renewed and taken up while everything runs."""

from __future__ import annotations

import sys
from pathlib import Path

from cryptography import x509

from zato.appliance import certificates, joined, units
from zato.appliance.create import exclusive
from zato.core.errors import Conflict, InvalidInput, NotFound, ZatoError
from zato.host.layout import APPLIANCE_LAYOUT as LAYOUT
from zato.host.settings import load_cluster
from zato.pki import public
from zato.pki.certificates import load_certificate
from zato.pki.names import CONSOLE, CONSOLE_EDGE
from zato.pki.public_pair import PublicPair

# ProtectHome of the units
_HIDDEN = (("home",), ("root",))


def renew() -> None:
    """Renews what is due; the agents of HAProxy and lighttpd see a new certificate by themselves; the console is told.

    A machine that has joined has the cluster renew its certificates: see joined.
    """
    if load_cluster(LAYOUT).has_joined:
        return
    with exclusive():
        names = certificates.due(LAYOUT)
        for name in names:
            certificates.renew(LAYOUT, name)
            _say(f"Renewed: {name}")
        has_new_public = _follow_public()
    if has_new_public or not {CONSOLE, CONSOLE_EDGE}.isdisjoint(names):
        _tell_console()


def renew_now(name: str) -> x509.Certificate:
    """The same with one certificate, whether it is due or not."""
    if load_cluster(LAYOUT).has_joined:
        joined.renew_now()
        return load_certificate(LAYOUT.pki / f"{name}.crt")
    with exclusive():
        renewed = certificates.renew(LAYOUT, name)
    if name in (CONSOLE, CONSOLE_EDGE):
        _tell_console()
    return renewed


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
        taken = certificates.take_public(LAYOUT, certificate, key)
    _tell_console()
    return taken


def follow_public() -> bool:
    """Takes what its files have now; see certificates.follow_public."""
    with exclusive():
        is_new = certificates.follow_public(LAYOUT)
    if is_new:
        _tell_console()
    return is_new


def remove_public() -> bool:
    """The cluster's own certificate is shown to everybody from now on."""
    with exclusive():
        was_there = public.remove(LAYOUT.pki)
    if was_there:
        _tell_console()
    return was_there


def _tell_console() -> None:
    """It has no agent. Not while this process has the lock: starting anew, it waits for that."""
    units.take_up_console_certificates()


def _follow_public() -> bool:
    """Whether there is a new one."""
    try:
        if certificates.follow_public(LAYOUT):
            _say("Taken: the public certificate")
            return True
    except NotFound:  # nobody has given one
        return False
    except ZatoError as error:
        _say(error.message)
    return False


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - for the journal, and beside what a command prints
