from __future__ import annotations

import os
import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.threads import no_more_threads
from support.waiting import PATIENCE_SECONDS
from zato.sql.deadline import _SocketLimit, _Watch, deadline

SHORT = 0.05
LONG = 60.0


@dataclass(frozen=True)
class Driver:
    """A driver's connection, as far as the deadline looks at it."""

    socket: socket.socket
    closed: int = 0

    def fileno(self) -> int:
        return self.socket.fileno()

    def is_lost(self, seconds: float = 0.0) -> bool:
        """Whether reading from it ends, at the latest after so many seconds."""
        ready, _, _ = select.select([self.socket], [], [], seconds)
        return bool(ready)


@contextmanager
def drivers(count: int = 1) -> Iterator[list[Driver]]:
    with ExitStack() as stack:
        pairs = [socket.socketpair() for _ in range(count)]
        for each in pairs:
            for end in each:
                stack.enter_context(end)
        yield [Driver(ours) for ours, _ in pairs]


def watching() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "sql-deadlines"]


def test_a_connection_is_lost_once_its_time_is_up() -> None:
    with drivers() as (driver,), deadline("postgresql", driver, SHORT):
        assert driver.is_lost(PATIENCE_SECONDS)


def test_one_that_was_used_in_time_is_not_lost_afterwards() -> None:
    with drivers(2) as (used, waiting):
        with deadline("postgresql", used, SHORT):
            pass
        with deadline("postgresql", waiting, 2 * SHORT):
            assert waiting.is_lost(PATIENCE_SECONDS)
        assert not used.is_lost()


def test_an_earlier_limit_is_kept_while_later_ones_are_waited_for() -> None:
    with drivers(3) as (later, earlier, last), deadline("postgresql", later, LONG):
        started = time.monotonic()
        with deadline("postgresql", earlier, SHORT):
            assert earlier.is_lost(PATIENCE_SECONDS)
        with deadline("postgresql", last, SHORT):
            assert last.is_lost(PATIENCE_SECONDS)
        assert time.monotonic() - started >= 2 * SHORT
        assert not later.is_lost()


def test_each_of_many_limits_is_kept() -> None:
    with drivers(40) as some, ExitStack() as stack:
        for number, driver in enumerate(some):
            stack.enter_context(deadline("postgresql", driver, SHORT if number % 2 else LONG))
        assert all(driver.is_lost(PATIENCE_SECONDS) for driver in some[1::2])
        assert not any(driver.is_lost() for driver in some[::2])


def test_limits_share_one_thread_and_leave_no_descriptor_behind() -> None:
    with drivers() as (driver,):
        with deadline("postgresql", driver, LONG):
            pass
        before = len(list(Path("/proc/self/fd").iterdir()))
        for _ in range(100):
            with deadline("postgresql", driver, LONG):
                assert len(watching()) == 1
        assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_forked_process_keeps_limits_of_its_own() -> None:
    with drivers(2) as (parents, childs), deadline("postgresql", parents, LONG):
        child = os.fork()
        if not child:
            with deadline("postgresql", childs, SHORT):
                os._exit(0 if childs.is_lost(PATIENCE_SECONDS) else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert not parents.is_lost()


def test_a_connection_that_is_closed_has_no_limit() -> None:
    with drivers() as (driver,), deadline("postgresql", Driver(driver.socket, closed=1), 0.0):
        assert not driver.is_lost()


def test_where_no_more_threads_may_be_started_nothing_stays_open() -> None:
    watch = _Watch()
    with drivers() as (driver,), no_more_threads():
        limit = _SocketLimit(driver.fileno(), LONG)
        before = len(list(Path("/proc/self/fd").iterdir()))
        for _ in range(3):
            with pytest.raises(RuntimeError):
                watch.add(limit)
        assert len(list(Path("/proc/self/fd").iterdir())) == before
        limit.end()
