"""The one place where passwords are hashed: one at a time, where that holds up nobody else.

A hash takes milliseconds of a processor, so whoever may have one computed for nothing more than a guess could take a
whole server. Here each worker computes one at a time, in a thread that gives way to all others; who waits for it is
counted before, and waits in a queue in which every source has its turn, however many guesses another one has sent.
"""

from __future__ import annotations

import contextlib
import math
import os
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial

from zato.core.errors import TooManyRequests
from zato.host.logs import get_logger
from zato.security.fair_queue import FairQueue
from zato.security.request_source import WrongPasswords

WAITING_MAX = 32
"""Requests that wait in one worker at the same time, whatever its settings."""
_SECONDS_MAX = 5.0
_NICE = 10
# After a wrong password five times the time that it took: guesses have a sixth of a processor, less where there is less
_REST = 5
_REST_SECONDS_MAX = 0.1
_log = get_logger("zato.http")
_BUSY = "Too many passwords wait to be checked; try again in a second."


@dataclass(frozen=True, slots=True)
class Asking:
    """Who has sent the password that is to be hashed."""

    source: str
    wrong_max: int | None
    """Wrong ones that may come from there in ten seconds, to the whole server; None: it is exempt."""
    wait: Callable[[], AbstractContextManager[None]]
    """Entered while it waits."""


@dataclass(slots=True, eq=False)
class _Asked:
    source: str
    digest: bytes
    work: Callable[[], bool]
    answered: threading.Event = field(default_factory=threading.Event)
    right: bool = False
    gave_way: bool = False

    def answer(self, *, right: bool) -> None:
        self.right = right
        self.answered.set()

    def give_way(self) -> None:
        self.gave_way = True
        self.answered.set()


class Hashing:
    """One for each worker, made after the fork; threads may share it."""

    def __init__(
        self,
        waiting_max: Callable[[], int],
        workers: Callable[[], int] = lambda: 1,
        monotonic: Callable[[], float] = time.monotonic,
        patience_seconds: float = _SECONDS_MAX,
    ) -> None:
        """`waiting_max` says how many requests may wait: what is more is refused at once.

        `workers` says how many workers share the wrong passwords that the server takes.
        """
        self._waiting_max = waiting_max
        self._workers = workers
        self._monotonic = monotonic
        self._patience_seconds = patience_seconds
        self._changed = threading.Condition()
        self._queue: FairQueue[_Asked] = FairQueue()
        self._wrong = WrongPasswords()
        self._computed_for: str | None = None
        self._thread: threading.Thread | None = None

    def matches(self, digest: bytes, work: Callable[[], bool], asking: Asking) -> bool:
        """What `work` says, once it is this source's turn. What has the same digest is computed once.

        Raises TooManyRequests, before anything is computed, where the source's wrong ones of late and those that wait
        are as many as may be, where too many wait, or after five seconds (`patience_seconds`).
        """
        asked = _Asked(asking.source, digest, work)
        with self._changed:
            if asking.wrong_max is not None:
                self._refuse_guessing(asking.source, -(-asking.wrong_max // max(1, self._workers())))
            if self._thread is None:
                self._thread = self._started()
            gives_way = self._queue.put(asking.source, asked, self._waiting_max())
            self._changed.notify()
        if gives_way is not None:
            gives_way.give_way()
        with asking.wait():
            answered = asked.answered.wait(self._patience_seconds)
        if not answered:
            with self._changed:
                self._queue.take_all(lambda one: one is asked)
        if not answered or asked.gave_way:
            raise TooManyRequests(_BUSY, code="too-many-passwords")
        return asked.right

    def _started(self) -> threading.Thread:
        thread = threading.Thread(target=self._compute_all, name="passwords", daemon=True)
        try:
            thread.start()
        except (RuntimeError, MemoryError) as error:  # there may be no more threads now
            raise TooManyRequests(_BUSY, code="too-many-passwords") from error
        return thread

    def _refuse_guessing(self, source: str, wrong_max: int) -> None:
        now = self._monotonic()
        pending = self._queue.waiting(source) + (source == self._computed_for)
        if self._wrong.count(source, now) + pending >= wrong_max:
            seconds = math.ceil(self._wrong.seconds_left(source, now))
            raise TooManyRequests(
                f"Too many wrong passwords came from this address; try again in {seconds} s.",
                code="too-many-wrong-passwords",
                retry_after_seconds=seconds,
            )

    def _compute_all(self) -> None:
        with contextlib.suppress(PermissionError):  # a sandbox may forbid even to be more patient
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
        while True:
            with self._changed:
                asked = self._queue.take()
                while asked is None:
                    self._changed.wait()
                    asked = self._queue.take()
                self._computed_for = asked.source
            began = time.monotonic()
            try:
                right = asked.work()
            except Exception:  # noqa: BLE001 - the one thread for this must not end, and who is not certain is not let in
                _log.exception("A password could not be compared")
                right = False
            taken = time.monotonic() - began
            with self._changed:
                self._computed_for = None
                same = [asked, *self._queue.take_all(partial(_is_same, asked))]
                if not right:
                    for one in same:
                        self._wrong.note(one.source, self._monotonic())
            for one in same:
                one.answer(right=right)
            if not right:
                time.sleep(min(taken * _REST, _REST_SECONDS_MAX))


def _is_same(one: _Asked, other: _Asked) -> bool:
    return one.digest == other.digest
