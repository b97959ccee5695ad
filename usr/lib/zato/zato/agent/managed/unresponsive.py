"""A program that listens and does not answer any more is killed, so that whoever started it starts it again.

HAProxy and lighttpd do not speak systemd's watchdog protocol, so their agents look after them.
"""

from __future__ import annotations

import os
import signal
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Protocol

from zato.core.clock import Clock
from zato.core.standstill import Standstill
from zato.host.logs import get_logger

PATIENCE_SECONDS = 30.0
_PART = 6
_TRIES_MIN = 3


def patience(parser: ArgumentParser) -> None:
    """The agents' argument for `patience_seconds`."""
    parser.add_argument("--patience", type=float, default=PATIENCE_SECONDS, help="seconds without an answer")


class Watched(Protocol):
    """A program of this machine that runs as the same user."""

    def pid(self) -> int | None:
        """Its process; None where it does not run."""
        ...

    def answer(self, seconds: float) -> None:
        """Has it answer. Raises TimeoutError where it does not within so many seconds.

        Raises any other OSError where it is not there: it has ended, or is about to start.
        """
        ...


class UnresponsiveKiller:
    """`turn` is called by one thread, about every second, and takes as long as a try where there is no answer.

    What has not answered for `patience_seconds`, of which a try takes a sixth, is killed. Three tries have to have
    failed, none of them before a time in which this process itself stood still.
    """

    def __init__(
        self,
        name: str,
        watched: Watched,
        clock: Clock,
        *,
        patience_seconds: float = PATIENCE_SECONDS,
        kill: Callable[[int, int], None] = os.kill,
    ) -> None:
        self._name = name
        self._watched = watched
        self._clock = clock
        self._interval = patience_seconds / _PART
        self._patience_seconds = patience_seconds
        self._kill = kill
        self._standstill = Standstill(patience_seconds, clock.monotonic)
        self._next = clock.monotonic()
        self._tries = 0
        self._silent_since = 0.0
        self._log = get_logger("zato.agent")

    @property
    def is_silent(self) -> bool:
        """Whether it did not answer when it was last asked."""
        return self._tries > 0

    def turn(self) -> None:
        """Looks whether it answers, where that is due."""
        now = self._clock.monotonic()
        if self._standstill.turn():
            self._tries = 0
        if now < self._next:
            return
        self._next = now + self._interval
        try:
            self._watched.answer(self._interval)
        except TimeoutError:
            self._tries += 1
        except OSError:
            self._tries = 0
        else:
            self._tries = 0
        if self._tries == 1:
            self._silent_since = now
        if self._tries >= _TRIES_MIN and self._clock.monotonic() - self._silent_since >= self._patience_seconds:
            self._tries = 0
            self._end()

    def _end(self) -> None:
        pid = self._watched.pid()
        if pid is None:
            return
        self._log.error(
            "A program was killed, as it did not answer", program=self._name, pid=pid, seconds=self._patience_seconds
        )
        try:
            self._kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return
