"""Ends requests whose clients are too slow, and says which sources have reached their limits."""

from __future__ import annotations

import re
from collections.abc import Callable

from zato.agent.haproxy.running import RunningHaproxy
from zato.agent.haproxy.source_limits import connections_of_source
from zato.agent.haproxy.streams import Mark, judge
from zato.config.kinds import Balancer
from zato.core.clock import Clock
from zato.host.edge_figures import LIMITS, EdgeFigures
from zato.host.logs import get_logger

_TURN_SECONDS_MAX = 3.0
# A stick table for both kinds of addresses writes an IPv4 one as an IPv6 one
_ROW = re.compile(r"key=(?:::ffff:)?(\S+) .*?conn_cur=(\d+)")
_SAID_AGAIN_SECONDS = 60.0
_COUNTED = tuple(f"limited_{name}" for name in LIMITS if name != "slow")


class ClientWatch:
    """Neither HAProxy nor lighttpd ends a client that sends a byte now and then: both know times, not rates."""

    def __init__(self, clock: Clock, tell: Callable[[EdgeFigures], None] = lambda _: None) -> None:
        """`tell` is called with the figures of each look."""
        self._clock = clock
        self._tell = tell
        self._ended = 0
        self._marks: dict[str, Mark] = {}
        self._last = self._next = 0.0
        self._said: dict[tuple[str, str], float] = {}
        self._log = get_logger("zato.agent.haproxy")
        self.at_limits: tuple[str, ...] = ()
        """A sentence for each source that has reached a limit at this moment."""
        self.figures: EdgeFigures | None = None
        """What was found at the last look."""

    def turn(self, haproxy: RunningHaproxy, balancer: Balancer, connections_max: int) -> None:
        """Looks every few seconds, however often called. Raises Unavailable where HAProxy is away."""
        now = self._clock.monotonic()
        if now < self._next:
            return
        usual = min(_TURN_SECONDS_MAX, balancer.client_rate_seconds / 4)
        elapsed, self._last = min(now - self._last, 2 * usual), now
        self._next = now + usual
        if balancer.client_rate_min:
            self._end_slow(haproxy, balancer, elapsed)
        connections = connections_of_source(balancer.source_connections_max, connections_max)
        reached = {
            "source_connections_max": self._reached(
                haproxy, "connections-by-source", connections, "source_connections_max"
            ),
            "source_requests_max": self._reached(
                haproxy, "requests-by-source", balancer.source_requests_max, "source_requests_max"
            ),
        }
        self.at_limits = tuple(sentence for sentences in reached.values() for sentence in sentences)
        counted = haproxy.variables(_COUNTED)
        self.figures = EdgeFigures(
            at=self._clock.now().timestamp(),
            limited={**{name.removeprefix("limited_"): counted[name] for name in _COUNTED}, "slow": self._ended},
            at_limits={setting: len(sentences) for setting, sentences in reached.items()},
        )
        self._tell(self.figures)

    def _end_slow(self, haproxy: RunningHaproxy, balancer: Balancer, elapsed: float) -> None:
        streams = haproxy.streams(older_seconds=balancer.client_rate_seconds / 4)
        self._marks, slow = judge(
            self._marks,
            streams,
            elapsed,
            bytes_per_second=balancer.client_rate_min,
            seconds=balancer.client_rate_seconds,
        )
        for one in slow:
            haproxy.end(one.stream)
            self._ended += 1
            self._log.warning(
                "A connection was ended: it sent its request's body too slowly",
                address=one.stream.source,
                sent_bytes=one.sent_bytes,
                seconds=round(one.seconds, 1),
            )

    def _reached(self, haproxy: RunningHaproxy, table: str, limit: int, setting: str) -> list[str]:
        now = self._clock.monotonic()
        found = [(source, int(count)) for source, count in _ROW.findall(haproxy.table(table, at_least=limit))]
        for source, count in found:
            if now - self._said.get((setting, source), -_SAID_AGAIN_SECONDS) >= _SAID_AGAIN_SECONDS:
                self._said[setting, source] = now
                self._log.warning("A source is at its limit", source=source, setting=setting, limit=limit, count=count)
        self._said = {key: at for key, at in self._said.items() if now - at < _SAID_AGAIN_SECONDS}
        return [f"{source} has {count} of {limit} that one source may have ({setting})." for source, count in found]
