"""Certificates of the cluster are renewed before they expire, and the programs that use them take them up."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from zato.core.clock import Clock
from zato.core.errors import Unavailable, ZatoError
from zato.host.layout import Layout
from zato.host.logs import get_logger
from zato.pki.authority import Authority
from zato.pki.components import BALANCER, BALANCER_CLIENT, renewed_by_the_cluster
from zato.pki.renewal import list_certificates

_AUTHORITY = "ca"


class Balancer(Protocol):
    """Takes up a renewed certificate; zato.singleton.balancer.BalancerCertificates is one."""

    def refresh(self, path: Path) -> bool:
        """Uses the certificate in `path`; whether that is news."""
        ...


class CertificateKeeper:
    """One `step` at a time: renews what is due, then has HAProxy use what is on disk. lighttpd's agent sees by itself.

    A step that fails is made up for by the next one.
    """

    def __init__(self, layout: Layout, clock: Clock, balancer: Balancer) -> None:
        self._layout = layout
        self._clock = clock
        self._balancer = balancer
        self._log = get_logger("zato.singleton")

    def step(self) -> list[str]:
        """The names of the certificates that were renewed."""
        renewed = self._renew_due()
        for name in (BALANCER, BALANCER_CLIENT):
            try:
                if self._balancer.refresh(self._layout.pki.absolute() / f"{name}.crt"):
                    self._log.info("balancer_uses_new_certificate", name=name)
            except Unavailable as error:
                self._log.warning("balancer_not_told", name=name, reason=error.message)
        return renewed

    def _renew_due(self) -> list[str]:
        authority = Authority(self._layout.pki, self._clock)
        renewed = []
        readable, unusable = list_certificates(self._layout.pki, self._clock.now())
        for file in unusable:
            self._log.error("certificate_unusable", name=file.name, reason=file.reason)
        for status in readable:
            if status.due and status.name == _AUTHORITY:
                self._log.warning("authority_expires", not_after=status.not_after.isoformat())
            if not status.due or not renewed_by_the_cluster(status.name):
                continue
            try:
                certificate = authority.renew(status.name)
            except (ZatoError, OSError) as error:
                self._log.error("certificate_not_renewed", name=status.name, reason=str(error))
                continue
            renewed.append(status.name)
            not_after = certificate.not_valid_after_utc.isoformat()
            self._log.info("certificate_renewed", name=status.name, not_after=not_after)
        return renewed
