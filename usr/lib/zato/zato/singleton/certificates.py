"""Certificates of the cluster are renewed before they expire."""

from __future__ import annotations

from zato.core.clock import Clock
from zato.core.errors import ZatoError
from zato.host.layout import Layout
from zato.host.logs import get_logger
from zato.host.ongoing import Ongoing
from zato.pki.authority import Authority
from zato.pki.components import renewed_by_the_cluster
from zato.pki.renewal import list_certificates
from zato.singleton.public_certificate import PublicCertificate

_AUTHORITY = "ca"


class CertificateReconciler:
    """One `step` at a time. Those who use a certificate see by themselves that it is another one: HAProxy's and
    lighttpd's agents. A step that fails is made up for by the next one.
    """

    def __init__(self, layout: Layout, clock: Clock) -> None:
        self._layout = layout
        self._clock = clock
        self._log = get_logger("zato.singleton")
        self._public = PublicCertificate(layout, clock)
        self._said: dict[tuple[str, str], Ongoing] = {}

    def step(self) -> list[str]:
        """The names of the certificates that were renewed."""
        authority = Authority(self._layout.pki, self._clock)
        renewed = []
        readable, unusable = list_certificates(self._layout.pki, self._clock.now())
        for file in unusable:
            self._failing("A certificate cannot be used", file.name).failed(file.reason, certificate=file.name)
        for status in readable:
            if status.due and status.name == _AUTHORITY and status.not_before <= self._clock.now():
                reason = f"The CA expires on {status.not_after:%Y-%m-%d %H:%M} UTC."
                self._failing("The certificate authority expires", status.name, "warning").failed(
                    reason, certificate=status.name
                )
            if not status.due or not renewed_by_the_cluster(status.name):
                continue
            try:
                certificate = authority.renew(status.name)
            except (ZatoError, OSError) as error:
                self._failing("A certificate cannot be renewed; trying again", status.name).failed(
                    str(error), certificate=status.name
                )
                continue
            self._failing("A certificate cannot be renewed; trying again", status.name).went_well(
                certificate=status.name
            )
            renewed.append(status.name)
            not_after = certificate.not_valid_after_utc.isoformat()
            self._log.info("A certificate was renewed", certificate=status.name, not_after=not_after)
        self._public.step()
        return renewed

    def _failing(self, event: str, name: str, level: str = "error") -> Ongoing:
        """Looked at each minute, and said once."""
        known = self._said.get((event, name))
        if known is None:
            known = self._said[event, name] = Ongoing(self._log, event, "A certificate is well again", level=level)
        return known
