"""What a worker does after it stood still, or after nobody could reach its server."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

from support.staleness import Clock, look, pass_time
from support.waiting import PATIENCE_SECONDS
from zato.serving.staleness import (
    ANNOUNCED_LIMIT_SECONDS,
    ANNOUNCED_SECONDS,
    AWAY_SECONDS,
    BACK_LIMIT_SECONDS,
    LIMIT_SECONDS,
    Staleness,
    Visits,
)
from zato.serving.switch import Switch


def test_a_worker_that_stood_still_looks_into_the_log_first(worker: Staleness, clock: Clock) -> None:
    clock.seconds += AWAY_SECONDS + 0.1
    assert not worker.wait(0)
    worker.beat()
    assert not worker.wait(0)
    look(worker)
    assert worker.wait(0)


def test_a_look_that_began_before_a_worker_stood_still_is_no_news(worker: Staleness, clock: Clock) -> None:
    worker.look_begins()
    clock.seconds += AWAY_SECONDS + 0.1
    assert not worker.wait(0)
    worker.look_ends(answered=True)
    assert not worker.wait(0)


def test_an_odb_that_does_not_answer_is_no_reason_to_stop(worker: Staleness, clock: Clock) -> None:
    worker.visited()
    for _ in range(60):
        pass_time(clock, 1, worker)
        look(worker, answered=False)
        worker.visited()
        assert worker.wait(0)


def test_a_worker_that_stood_still_goes_on_where_the_odb_does_not_answer(worker: Staleness, clock: Clock) -> None:
    clock.seconds += 60
    assert not worker.wait(0)
    look(worker, answered=False)
    assert worker.wait(0)


def test_a_server_that_nobody_could_reach_looks_again(worker: Staleness, clock: Clock) -> None:
    """It may have been cut off from the ODB just as from its callers."""
    worker.visited()
    for _ in range(10):
        pass_time(clock, 1, worker)
        look(worker, answered=False)
    pass_time(clock, 1, worker)
    worker.visited()
    assert not worker.wait(0)
    look(worker)
    assert worker.wait(0)


def test_each_worker_of_a_server_that_nobody_could_reach_looks_for_itself(visits: Visits, clock: Clock) -> None:
    one, other = Staleness(visits, clock), Staleness(visits, clock)
    one.visited()
    pass_time(clock, 10, one, other)
    one.visited()
    look(one)
    assert one.wait(0)
    other.visited()
    assert not other.wait(0)


def test_a_server_that_is_only_idle_does_not_wait(worker: Staleness, clock: Clock) -> None:
    worker.visited()
    pass_time(clock, 10, worker)
    look(worker)
    clock.seconds += 0.5
    worker.visited()
    assert worker.wait(0)


def test_a_worker_that_cannot_catch_up_goes_on_with_what_it_has(worker: Staleness, clock: Clock) -> None:
    clock.seconds += 60
    assert not worker.wait(0)
    pass_time(clock, LIMIT_SECONDS + 1, worker)
    assert worker.wait(0)


def test_a_server_that_is_only_quiet_and_without_its_odb_goes_on_before_long(worker: Staleness, clock: Clock) -> None:
    worker.visited()
    pass_time(clock, 10, worker)
    worker.visited()
    assert not worker.wait(0)
    pass_time(clock, BACK_LIMIT_SECONDS + 1, worker)
    assert worker.wait(0)


def test_whoever_waits_goes_on_as_soon_as_the_worker_has_caught_up(worker: Staleness, clock: Clock) -> None:
    clock.seconds += 60
    answers: list[bool] = []
    waiting = threading.Thread(target=lambda: answers.append(worker.wait(PATIENCE_SECONDS)))
    waiting.start()
    look(worker)
    waiting.join(PATIENCE_SECONDS)
    assert answers == [True]


def test_a_start_that_takes_long_is_no_standstill(visits: Visits, clock: Clock) -> None:
    made = Staleness(visits, clock)
    clock.seconds += AWAY_SECONDS * 3  # an ODB that does not answer
    look(made, answered=False)
    clock.seconds += 0.1
    made.start()
    assert made.wait(0)


def test_a_worker_that_may_be_told_to_switch_goes_by_a_fresh_look_only(worker: Staleness, clock: Clock) -> None:
    clock.seconds += 1
    worker.beat()
    assert worker.wait(0)
    worker.expect_switch()
    assert not worker.wait(0)
    look(worker)
    clock.seconds += ANNOUNCED_SECONDS - 0.01
    assert worker.wait(0)
    clock.seconds += 0.02
    assert not worker.wait(0)


def test_what_is_announced_needs_no_further_look_before_it_happens(worker: Staleness, clock: Clock) -> None:
    worker.expect_switch()
    clock.seconds += 1
    worker.beat()
    worker.switch_prepared()
    assert worker.wait(0)
    assert not worker.expects_switch


def test_an_attempt_that_came_to_nothing_is_over_with_the_next_look_that_is_answered(
    worker: Staleness, clock: Clock
) -> None:
    worker.expect_switch()
    look(worker)
    worker.expect_none()
    look(worker, answered=False)
    clock.seconds += 1
    worker.beat()
    assert not worker.wait(0)
    look(worker)
    clock.seconds += 1
    worker.beat()
    assert worker.wait(0)


def test_without_the_odb_a_worker_goes_on_after_a_while(worker: Staleness, clock: Clock) -> None:
    worker.expect_switch()
    look(worker)
    pass_time(clock, ANNOUNCED_LIMIT_SECONDS - 1, worker)
    look(worker, answered=False)
    assert not worker.wait(0)
    pass_time(clock, 2, worker)
    assert worker.wait(0)


def test_a_request_is_served_from_what_the_look_that_it_waited_for_has_brought(worker: Staleness, clock: Clock) -> None:
    switch = Switch("old")
    worker.expect_switch()
    clock.seconds += 1
    worker.beat()
    served: list[str] = []
    request = threading.Thread(target=lambda: served.append(worker.current(switch)))
    request.start()
    request.join(0.2)
    assert served == []
    switch.set("new")
    worker.switch_prepared()
    request.join(PATIENCE_SECONDS)
    assert served == ["new"]


def test_a_machine_that_was_suspended_has_stood_still() -> None:
    """While it sleeps, CLOCK_BOOTTIME goes on and CLOCK_MONOTONIC does not: as here in a namespace of its own."""
    apart = ["unshare", *(["--user", "--map-root-user"] if os.geteuid() else []), "--time", "--boottime", "3600"]
    script = (
        "import time; from zato.serving.staleness import seconds_since_boot; "
        "print(seconds_since_boot() - time.clock_gettime(time.CLOCK_BOOTTIME), time.monotonic() - seconds_since_boot())"
    )
    done = subprocess.run([*apart, sys.executable, "-c", script], capture_output=True, text=True, check=True)
    boot, monotonic = map(float, done.stdout.split())
    assert abs(boot) < 1
    assert monotonic < -3500
