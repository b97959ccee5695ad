"""A worker's request threads: each waits for connections by itself; the worker's main thread adds and ends them."""

from __future__ import annotations

import contextlib
import os
import select
import threading
import time
from collections.abc import Callable, Mapping

from zato.host.logs import get_logger
from zato.server.doors import Door
from zato.serving.interruption import Interrupted, Interruptible

_log = get_logger("zato.worker")
_FULL_SECONDS = 1.0

AcceptAll = Callable[[Door, "RequestThread"], None]


class RequestThread(Interruptible):
    """One thread; it goes on as long as it is `wanted`."""

    def __init__(self, pool: RequestThreads, serve: Callable[[RequestThread], None]) -> None:
        super().__init__(name="request", target=lambda: serve(self))
        self.pool = pool
        self.wanted = True


class RequestThreads:
    """All of them. `accept_all` handles the connections that wait at a door, at least one where there is one.

    Counts follow the threads themselves, so a thread that ends for whatever reason is not counted on.
    """

    def __init__(self, doors: Mapping[int, Door], accept_all: AcceptAll) -> None:
        self._doors = doors
        self._accept_all = accept_all
        self._lock = threading.Lock()
        self._members: set[RequestThread] = set()
        self._idle: set[RequestThread] = set()
        self._given_up: list[RequestThread] = []
        self._spared = 0
        self._full_until = 0.0
        self.least = 0
        """How many there are to be at least: see `keep`."""
        self.surplus = 0
        """How many are still to end; whoever finds it above zero calls `leave`."""
        # Wakes as many as there are to end, and all of them
        self._notifier = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK | os.EFD_SEMAPHORE)
        self._end = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)

    @property
    def count(self) -> int:
        """Threads that take requests, or will when they have finished the one that they have; not those spared."""
        return len(self._members) - self._spared

    @property
    def idle(self) -> int:
        """How many of them wait for a connection."""
        return len(self._idle)

    @property
    def members(self) -> tuple[RequestThread, ...]:
        """Threads that were not given up, those spared included."""
        return tuple(self._members)

    @property
    def given_up(self) -> int:
        """How many threads were given up and have not ended."""
        self._given_up = [thread for thread in self._given_up if thread.is_alive()]
        return len(self._given_up)

    def keep(self, least: int | None = None) -> None:
        """Add as many as are missing of those that there are to be at least, from now on where that is given."""
        self.least = self.least if least is None else least
        self.add(self.least - self.count)

    def spare(self, change: int) -> None:
        """Notes that so many threads more, or fewer, wait for their turn at something: others take their places."""
        with self._lock:
            self._spared += change
        if change > 0:
            self.keep()

    def change(self, number: int) -> None:
        """Add so many threads, or, below zero, end as many: idle ones at once, busy ones after their request."""
        if number > 0:
            self.add(number)
        elif number < 0:
            self.surplus = -number
            os.eventfd_write(self._notifier, -number)

    def add(self, number: int) -> None:
        """Add so many threads, or as many as the system lets us have; for a moment after it did not, none."""
        self.surplus = 0
        if time.monotonic() < self._full_until:
            return
        for _ in range(number):
            thread = RequestThread(self, self._serve)
            self._members.add(thread)
            try:
                thread.start()
            except (RuntimeError, MemoryError) as error:
                self._members.discard(thread)
                self._full_until = time.monotonic() + _FULL_SECONDS
                _log.error("No more threads can be started", threads=self.count, reason=str(error))
                return

    def give_up(self, thread: RequestThread) -> None:
        """Interrupt a thread whose request was answered for, and do not count on it any more."""
        thread.wanted = False
        self._members.discard(thread)
        self._given_up.append(thread)
        thread.interrupt()

    def stop(self) -> None:
        """No thread accepts another connection, those excepted that it has been woken for, and none is added."""
        self.least = 0
        for thread in list(self._members):
            thread.wanted = False
        os.eventfd_write(self._end, 1)

    def _serve(self, thread: RequestThread) -> None:
        """One thread's life: wait, accept, handle, close, again."""
        try:
            with select.epoll() as poll:
                for door in self._doors:
                    poll.register(door, select.EPOLLIN | select.EPOLLEXCLUSIVE)
                poll.register(self._notifier, select.EPOLLIN | select.EPOLLEXCLUSIVE)
                poll.register(self._end, select.EPOLLIN)
                while thread.wanted:
                    self._wait_and_accept(thread, poll)
        except Interrupted:
            # Arrived after the service had ended by itself. The thread is given up either way.
            return
        except Exception:  # noqa: BLE001 - the outermost frame of a thread
            _log.exception("A request thread has ended")
        finally:
            self._members.discard(thread)

    def _wait_and_accept(self, thread: RequestThread, poll: select.epoll) -> None:
        self._idle.add(thread)
        try:
            events = poll.poll()
        finally:
            self._idle.discard(thread)
        # First what has woken this thread alone, as nobody else was told of it
        for source, _ in events:
            door = self._doors.get(source)
            if door is not None:
                self._accept_all(door, thread)
            elif source == self._notifier:
                with contextlib.suppress(BlockingIOError):
                    os.eventfd_read(self._notifier)
        if self.surplus:
            self.leave(thread)

    def leave(self, thread: RequestThread) -> None:
        """Let this thread be one of those that end, where there are still any to end."""
        with self._lock:
            if self.surplus > 0:
                self.surplus -= 1
                thread.wanted = False
                # Not counted from now on, so that a smaller pool is not made smaller once more for it
                self._members.discard(thread)
