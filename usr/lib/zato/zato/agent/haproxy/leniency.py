"""For a while after this machine stood still, HAProxy takes no server out that was well before.

All that waited meanwhile comes at once then, so health checks are late: a reason to be patient, not to send everybody
away.
"""

from __future__ import annotations

from zato.agent.haproxy.names import BACKEND
from zato.agent.haproxy.running import RunningHaproxy, status_of
from zato.core.clock import Clock
from zato.core.errors import Unavailable
from zato.core.standstill import Standstill
from zato.host.logs import get_logger

# A turn that asks HAProxy something, or reloads it, takes its time; a standstill that is shorter does no harm
_TURN_SECONDS = 3.0
_LENIENT_SECONDS = 10.0


class Leniency:
    """`turn` is called all the time. HAProxy's health checks pause after a standstill, and always go on again."""

    def __init__(self, haproxy: RunningHaproxy, clock: Clock, *, usual_seconds: float = _TURN_SECONDS) -> None:
        self._haproxy = haproxy
        self._clock = clock
        self._standstill = Standstill(usual_seconds, clock.monotonic)
        self._until = 0.0
        # An agent before this one may have ended in between
        self._paused = True
        self._log = get_logger("zato.agent.haproxy")

    def turn(self, *, answers: bool = True) -> None:
        """What HAProxy cannot be told now, as it is away, it is told by a later turn.

        One that no longer `answers` is not asked: each question would take its time.
        """
        still, now = self._standstill.turn(), self._clock.monotonic()
        if not answers:
            return
        try:
            if still:
                self._until, self._paused = now + _LENIENT_SECONDS, True
                well = [name for name, row in self._servers().items() if row.get("status", "").startswith("UP")]
                self._tell("disable health", well)
                self._log.warning(
                    "This machine has stood still; servers that were well stay in use",
                    seconds=round(still, 1),
                    kept=well,
                )
            elif self._paused and now >= self._until:
                self._tell("enable health", [*self._servers()])
                self._paused = False
        except Unavailable as error:
            self._log.debug("Health checks cannot be changed", reason=error.message)

    def _servers(self) -> dict[str, dict[str, str]]:
        return dict(status_of(self._haproxy.statistics()))

    def _tell(self, what: str, servers: list[str]) -> None:
        for name in servers:
            self._haproxy.tell(f"{what} {BACKEND}/{name}")
