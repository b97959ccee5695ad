"""Certificates that are due, renewed and taken up while everything runs."""

from __future__ import annotations

from zato.appliance import certificates
from zato.appliance.create import LAYOUT
from zato.core.errors import Unavailable
from zato.pki.components import BALANCER, BALANCER_CLIENT
from zato.singleton.balancer import BalancerCertificates


def renew() -> None:
    """Renews what is due and has HAProxy use it; lighttpd's agents see a new certificate by themselves."""
    for name in certificates.renew_due(LAYOUT):
        print(f"Renewed: {name}", flush=True)  # noqa: T201 - for the journal
    balancer = BalancerCertificates(LAYOUT.haproxy_socket)
    for name in (BALANCER, BALANCER_CLIENT):
        try:
            if balancer.refresh(LAYOUT.pki / f"{name}.crt"):
                print(f"HAProxy uses the new certificate {name}", flush=True)  # noqa: T201
        except Unavailable as error:
            print(f"HAProxy was not told of {name}: {error.message}", flush=True)  # noqa: T201
