"""What threads want of the processors."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from zato.server.demand import Demand


def test_a_thread_that_computes_wants_a_processor_and_one_that_waits_does_not() -> None:
    begin, done, end = threading.Event(), threading.Event(), threading.Event()

    def compute() -> None:
        begin.wait()
        until = time.thread_time() + 0.1
        while time.thread_time() < until:
            pass
        done.set()
        end.wait()

    computes, waits = threading.Thread(target=compute), threading.Thread(target=end.wait)
    demand = Demand()
    try:
        for thread in (computes, waits):
            thread.start()
        assert demand.since([computes, waits])[0] == {}
        begin.set()
        done.wait()
        found, seconds = demand.since([computes, waits])
    finally:
        begin.set()
        end.set()
        computes.join()
        waits.join()
    assert found[computes] >= 0.09
    assert found[waits] < 0.05
    assert seconds >= 0.1


def test_the_time_in_the_queue_of_a_processor_counts(tmp_path: Path) -> None:
    thread = threading.current_thread()
    (tmp_path / str(thread.native_id)).mkdir()
    figures = tmp_path / str(thread.native_id) / "schedstat"
    now = 5.0
    demand = Demand(tmp_path, lambda: now)
    figures.write_text("1000000000 500000000 3\n")
    assert demand.since([thread])[0] == {}
    figures.write_text("1250000000 1250000000 9\n")
    now = 8.0
    assert demand.since([thread]) == ({thread: 1.0}, 3.0)
    # Another thread has the number now
    figures.write_text("0 0 0\n")
    assert demand.since([thread]) == ({thread: 0.0}, 0.0)
    figures.unlink()
    assert demand.since([thread]) == ({}, 0.0)
