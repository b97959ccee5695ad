"""A lock that outlives whoever holds it."""

from __future__ import annotations

import mmap
import signal
import threading
import time
from multiprocessing import get_context

import pytest

from support.waiting import LATE_SECONDS, PATIENCE_SECONDS
from zato.core.errors import Unavailable
from zato.host.shared_lock import SIZE_BYTES, SharedLock

FORK = get_context("fork")


@pytest.fixture
def lock() -> SharedLock:
    return SharedLock(mmap.mmap(-1, SIZE_BYTES))


def test_one_process_holds_it_at_a_time(lock: SharedLock) -> None:
    count = mmap.mmap(-1, 8)

    def add() -> None:
        for _ in range(2000):
            with lock:
                seen = int.from_bytes(count[:8], "little")
                count[:8] = (seen + 1).to_bytes(8, "little")

    workers = [FORK.Process(target=add) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert int.from_bytes(count[:8], "little") == 8000


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_it_is_free_again_when_its_holder_was_killed(lock: SharedLock, number: signal.Signals) -> None:
    held = FORK.SimpleQueue()

    def hold() -> None:
        with lock:
            held.put("held")
            time.sleep(60)

    worker = FORK.Process(target=hold)
    worker.start()
    assert held.get() == "held"
    worker._popen._send_signal(number)  # type: ignore[attr-defined]
    worker.join()
    for _ in range(2):
        with lock:
            pass


def test_it_is_free_again_when_its_thread_has_ended(lock: SharedLock) -> None:
    thread = threading.Thread(target=lock.__enter__)
    thread.start()
    thread.join()
    with lock:
        pass


def test_nobody_waits_for_long(lock: SharedLock) -> None:
    over = threading.Event()

    def hold() -> None:
        with lock:
            over.wait(PATIENCE_SECONDS)

    thread = threading.Thread(target=hold)
    thread.start()
    began = time.monotonic()
    with pytest.raises(Unavailable), lock:
        pass
    assert 0.9 < time.monotonic() - began < LATE_SECONDS
    over.set()
    thread.join()
