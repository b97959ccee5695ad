"""Ports for programs that tests start."""

from __future__ import annotations

import random
import socket
from contextlib import ExitStack, suppress

# Below those that the kernel gives to connections, which would take one at any time; above Zato's own
_FIRST, _LAST = 21_000, 32_000
# Tests run in several processes, and libraries for tests seed the generator that all share
_RANDOM = random.SystemRandom()


def free_port() -> int:
    """A TCP port of the loopback address that nothing listened on a moment ago."""
    return free_ports(1)[0]


def free_ports(count: int) -> range:
    """So many of them in a row."""
    while True:
        ports = range(first := _RANDOM.randrange(_FIRST, _LAST - count), first + count)
        with suppress(OSError), ExitStack() as probes:
            for port in ports:
                probes.enter_context(socket.socket()).bind(("127.0.0.1", port))
            return ports
