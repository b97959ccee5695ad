"""Where servers' host names lead to."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
from collections.abc import Collection

from zato.core.clock import Clock
from zato.host.ports import from_here
from zato.host.settings import ClusterSettings

_AGAIN_SECONDS = 30.0
_HERE = ("localhost", "127.0.0.1", "::1")


class Addresses:
    """Looks names up once in half a minute. What cannot be looked up leads to where it led before."""

    def __init__(self, cluster: ClusterSettings, clock: Clock) -> None:
        self._here = from_here(cluster.bind)
        self._own = {*_HERE, *cluster.hosts, socket.gethostname()}
        self._clock = clock
        self._found: dict[str, str] = {}
        self._at: dict[str, float] = {}

    def of(self, hosts: Collection[str], before: dict[str, str]) -> dict[str, str]:
        """An address for each host that has, or had before, one."""
        return {host: address for host in hosts if (address := self._of(host) or before.get(host, ""))}

    def _of(self, host: str) -> str:
        if host in self._own:
            return self._here
        try:
            return str(ipaddress.ip_address(host))
        except ValueError:
            pass
        now = self._clock.monotonic()
        if now - self._at.get(host, -_AGAIN_SECONDS) >= _AGAIN_SECONDS:
            self._at[host] = now
            with contextlib.suppress(OSError, UnicodeError):
                # HAProxy takes the first one, too
                self._found[host] = str(socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0][4][0])
        return self._found.get(host, "")
