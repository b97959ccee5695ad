"""Which servers of this machine HAProxy reaches by the sockets of their lighttpds, rather than over TCP."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Mapping
from pathlib import Path

from zato.core.clock import Clock
from zato.host.layout import Layout
from zato.host.listening import here
from zato.host.settings import ClusterSettings

# That TCP is answered and the socket is not: longer than a lighttpd that starts is between both
_GONE_SECONDS = 1.0
_ANSWER_SECONDS = 1.0

Address = str | tuple[str, int]


def offered(layout: Layout, cluster: ClusterSettings) -> dict[int, Path]:
    """Sockets by the numbers of servers, where a place was prepared for them: what HAProxy begins with.

    A lighttpd of the release before has none, though the place may be there; the agent finds that out.
    """
    servers = ((number, layout.server(number).edge_socket) for number in layout.server_numbers(cluster.servers))
    return {number: path for number, path in servers if path.parent.is_dir()}


def answers(address: Address) -> bool:
    """Whether somebody begins a handshake there: where nobody accepts any more, connections are taken all the same."""
    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    # Who it is does not matter here, as it is told nothing
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with socket.socket(family) as plain:
        plain.settimeout(_ANSWER_SECONDS)
        try:
            plain.connect(address)
            with context.wrap_socket(plain):
                return True
        except OSError:
            return False


class LocalSockets:
    """Begins with those that are `used`; one thread calls it.

    It changes its mind by what it has seen alone: a socket is used where somebody answers there, and no more where
    nobody does while somebody answers over TCP. A lighttpd that is away, or is just being started, changes nothing.
    """

    def __init__(
        self,
        layout: Layout,
        cluster: ClusterSettings,
        clock: Clock,
        used: Mapping[int, Path],
        answers: Callable[[Address], bool] = answers,
    ) -> None:
        self._layout = layout
        self._cluster = cluster
        self._clock = clock
        self._answers = answers
        self._used = used
        self._gone_since: dict[int, float] = {}

    @property
    def used(self) -> Mapping[int, Path]:
        """Sockets by the numbers of servers."""
        return self._used

    @property
    def is_settled(self) -> bool:
        """Whether there is nothing that has to be seen for longer."""
        return not self._gone_since

    def look(self, down: frozenset[int]) -> None:
        """Asks where it may have changed: servers that are `down` to HAProxy, and those whose socket is not used."""
        used = dict(self._used)
        for number, path in offered(self._layout, self._cluster).items():
            if number not in used:
                if self._answers(str(path)):
                    used[number] = path
            elif number in down and self._is_gone(number, path):
                del used[number]
                del self._gone_since[number]
            elif number not in down:
                self._gone_since.pop(number, None)
        self._used = used

    def _is_gone(self, number: int, path: Path) -> bool:
        now = self._clock.monotonic()
        port = self._cluster.lighttpd_port_of(number)
        if self._answers(str(path)) or not self._answers((here(self._cluster), port)):
            self._gone_since.pop(number, None)
            return False
        return now - self._gone_since.setdefault(number, now) >= _GONE_SECONDS
