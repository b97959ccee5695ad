"""The memory that a worker's requests share."""

from __future__ import annotations

import threading
import time

import pytest

from zato.core.errors import TooLarge, Unavailable
from zato.serving.memory import Memory

MIB = 1024 * 1024


def memory(mib: int = 64, wait_seconds: float = 0.05) -> Memory:
    return Memory(lambda: mib * MIB, wait_seconds=wait_seconds)


def test_what_is_larger_than_all_of_it_is_too_large_whoever_else_is_there() -> None:
    with pytest.raises(TooLarge, match="memory_bytes_max"):
        memory().take(64 * MIB + 1, 0)
    with pytest.raises(TooLarge, match="64 MiB"):
        memory().take(40 * MIB, 30 * MIB)


def test_one_request_alone_may_have_all_of_it() -> None:
    shared = memory()
    shared.take(40 * MIB, 0)
    shared.take(24 * MIB, 40 * MIB)
    assert shared.taken == 64 * MIB


def test_many_large_ones_leave_room_for_small_ones() -> None:
    shared = memory()
    granted = 0
    with pytest.raises(Unavailable):
        for _ in range(64):
            shared.take(8 * MIB, 0)
            granted += 1
    assert granted == 7
    shared.take(4 * MIB, 0)
    with pytest.raises(Unavailable, match="try again") as busy:
        for _ in range(64):
            shared.take(MIB, 0)
    assert busy.value.retry_after_seconds == 1
    for _ in range(512):
        shared.take(64 * 1024, 0)


class Watcher:
    def __init__(self) -> None:
        self.seen: list[object] = []

    def used(self, number: int) -> None:
        self.seen.append(number)

    def refused(self, outcome: str) -> None:
        self.seen.append(outcome)


def test_whoever_watches_is_told_what_is_in_use_and_what_was_refused() -> None:
    watcher = Watcher()
    shared = Memory(lambda: 8 * MIB, watcher, wait_seconds=0.01)
    shared.take(6 * MIB, 0)
    with pytest.raises(Unavailable):
        shared.take(2 * MIB, 0)
    with pytest.raises(TooLarge):
        shared.take(9 * MIB, 0)
    shared.give_back(6 * MIB)
    assert watcher.seen == [6 * MIB, "busy", "too-large", 0]


def test_who_finds_no_room_waits_for_a_moment() -> None:
    shared = memory(wait_seconds=20)
    shared.take(60 * MIB, 0)
    threading.Timer(0.1, lambda: shared.give_back(60 * MIB)).start()
    began = time.monotonic()
    shared.take(30 * MIB, 0)
    assert 0.05 < time.monotonic() - began < 15
    assert shared.taken == 30 * MIB


def test_a_smaller_limit_holds_from_now_on() -> None:
    limit = 64 * MIB
    shared = Memory(lambda: limit, wait_seconds=0.05)
    shared.take(20 * MIB, 0)
    limit = 16 * MIB
    with pytest.raises(Unavailable):
        shared.take(MIB, 0)
    shared.give_back(20 * MIB)
    shared.take(MIB, 0)
