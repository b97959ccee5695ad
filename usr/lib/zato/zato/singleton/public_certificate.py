"""The public certificate is taken up where its files were replaced."""

from __future__ import annotations

from zato.core.clock import Clock
from zato.core.errors import NotFound, ZatoError
from zato.host.layout import Layout
from zato.host.logs import get_logger
from zato.host.ongoing import Ongoing
from zato.pki.names import PUBLIC
from zato.pki.public import follow


class PublicCertificate:
    """One `step` at a time; what is not taken is looked at again by the next one."""

    def __init__(self, layout: Layout, clock: Clock) -> None:
        self._pki = layout.pki
        self._clock = clock
        self._log = get_logger("zato.singleton")
        self._refused = Ongoing(
            self._log, "The public certificate was not taken; the last good one stays", "A certificate is well again"
        )

    def step(self) -> None:
        """Takes what is new. HAProxy's agent and the console see it by themselves."""
        try:
            is_new = follow(self._pki, self._clock.now())
        except NotFound:  # nobody has given one
            return
        except (ZatoError, OSError) as error:
            self._refused.failed(str(error), certificate=PUBLIC)
            return
        self._refused.went_well(certificate=PUBLIC)
        if is_new:
            self._log.info("The public certificate was taken", certificate=PUBLIC)
