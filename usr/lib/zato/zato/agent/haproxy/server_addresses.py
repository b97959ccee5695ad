"""Where servers' host names lead to."""

from __future__ import annotations

import ipaddress
import math
import socket
import threading
from collections.abc import Callable, Collection, Mapping

from zato.core.clock import Clock
from zato.host.listening import here, own_names
from zato.host.logs import get_logger
from zato.host.settings import ClusterSettings

_AGAIN_SECONDS = 30.0
# How much later than that a name may be looked up
_DUE_SECONDS = 1.0
_HERE = ("localhost", "127.0.0.1", "::1")


def _first_address(name: str) -> str:
    # HAProxy takes the first one, too
    return str(socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)[0][4][0])


class Addresses:
    """Names are looked up every half minute by a thread of its own, as a name server may take its time.

    What cannot be looked up leads to where it led before. `of` is called by the agent's thread and waits for nothing,
    `look_up_next` by the other one; `resolve` raises OSError or ValueError.
    """

    def __init__(self, cluster: ClusterSettings, clock: Clock, resolve: Callable[[str], str] = _first_address) -> None:
        self._here = here(cluster)
        self._own = {*_HERE, *own_names(cluster)}
        self._clock = clock
        self._resolve = resolve
        # Each replaced whole by one thread and read by the other
        self._names: frozenset[str] = frozenset()
        self._names_changed = threading.Event()
        self._found: Mapping[str, str] = {}
        self._looked_up_at: dict[str, float] = {}
        self._failing: set[str] = set()
        self._log = get_logger("zato.agent.haproxy")

    def start(self, stop: threading.Event) -> None:
        """From now on names are looked up, until `stop` is set; the thread is not waited for."""
        threading.Thread(target=self._run, args=(stop,), name="addresses", daemon=True).start()

    def of(self, hosts: Collection[str], before: Mapping[str, str]) -> dict[str, str]:
        """An address for each host, by what is known now or was `before`; an empty one where there is none.

        What was not looked up yet is missing.
        """
        at_once = {host: self._at_once(host) for host in hosts}
        names = frozenset(host for host, address in at_once.items() if not address)
        if names != self._names:
            self._names = names
            self._names_changed.set()
        found = self._found
        addresses = {host: at_once[host] or found.get(host) or before.get(host, "") for host in hosts}
        return {host: address for host, address in addresses.items() if address or host in found}

    def look_up_next(self) -> bool:
        """The name that waits for longest, or is new; False where none is due."""
        names, now = self._names, self._clock.monotonic()
        self._looked_up_at = {name: self._looked_up_at.get(name, -math.inf) for name in names}
        name = min(names, key=self._looked_up_at.__getitem__, default=None)
        if name is None or now - self._looked_up_at[name] < _AGAIN_SECONDS:
            return False
        found = {each: address for each, address in self._found.items() if each in names}
        try:
            found[name] = self._resolve(name)
            self._failing.discard(name)
        except (OSError, ValueError) as error:  # the latter for what cannot be a name
            found.setdefault(name, "")
            if name not in self._failing:
                self._failing.add(name)
                self._log.warning("The host of a server cannot be looked up", host=name, reason=str(error))
        self._looked_up_at[name] = self._clock.monotonic()
        self._found = found
        return True

    def _run(self, stop: threading.Event) -> None:
        while not stop.is_set():
            self._names_changed.clear()
            while not stop.is_set() and self.look_up_next():
                pass
            # Addresses of this machine and plain ones, which most clusters have, need no look-up ever
            self._names_changed.wait(_DUE_SECONDS if self._names else None)

    def _at_once(self, host: str) -> str:
        if host in self._own:
            return self._here
        try:
            return str(ipaddress.ip_address(host))
        except ValueError:
            return ""
