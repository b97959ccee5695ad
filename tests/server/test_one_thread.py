"""When one thread is enough, played out without a worker."""

from __future__ import annotations

from dataclasses import replace

import pytest

from zato.server.one_thread import OneThread
from zato.server.tick import LASTING_SECONDS, TICK_SECONDS, Tick

FEW = 4
QUIET = Tick(seconds=TICK_SECONDS, threads=FEW, idle=FEW, slow=0, finished=0, cpu_seconds=0.0, waiting=False, blocked=0)


class Service:
    """One that waits and computes, as fast as threads and one interpreter do; so many clients ask without a pause."""

    def __init__(self, wait_seconds: float, compute_seconds: float, clients: int) -> None:
        self._wait_seconds = wait_seconds
        self._seconds = wait_seconds + compute_seconds
        self._compute_seconds = compute_seconds
        self._clients = clients
        self._wanted = 0.0
        self.decision = OneThread(self._demand)

    def _demand(self) -> float:
        wanted, self._wanted = self._wanted, 0.0
        return wanted

    def serve(self, seconds: float) -> float:
        """The share of so many seconds for which there was one thread."""
        passed, found = 0.0, 0.0
        while passed < seconds:
            passed += TICK_SECONDS
            found += TICK_SECONDS * self.decision.enough
            self._tick(1 if self.decision.enough else FEW)
        return found / passed

    def until_enough(self) -> float:
        """How many seconds it takes until there is one thread."""
        passed = 0.0
        while not self.decision.enough:
            passed += TICK_SECONDS
            self._tick(FEW)
        return passed

    def waits(self) -> None:
        """The one thread is found waiting."""
        assert self.decision.enough
        self.decision.see(replace(QUIET, seconds=LASTING_SECONDS, threads=1, idle=0, blocked=1))
        assert not self.decision.enough

    def _tick(self, threads: int) -> None:
        busy = min(threads, self._clients)
        rate = min(busy / self._seconds, 1 / self._compute_seconds)
        self._wanted += rate * self._compute_seconds * TICK_SECONDS
        lasting = threads == 1 and self._wait_seconds > LASTING_SECONDS
        self.decision.see(
            replace(
                QUIET,
                threads=threads,
                idle=threads - busy,
                finished=round(rate * TICK_SECONDS),
                waiting=self._clients > threads,
                blocked=busy if lasting else 0,
            )
        )


@pytest.mark.parametrize("clients", [1, 4, 64])
def test_one_is_enough_for_services_that_compute(clients: int) -> None:
    assert Service(0.0, 0.0001, clients).serve(10) > 0.9


@pytest.mark.parametrize("milliseconds", [0.2, 0.5, 1, 4, 20])
def test_services_that_wait_are_tried_seldom_and_shortly(milliseconds: float) -> None:
    assert Service(milliseconds / 1000, 0.0001, 64).serve(120) < 0.02


def test_without_many_requests_there_are_several() -> None:
    decision = OneThread(lambda: 0.0)
    for _ in range(500):
        decision.see(replace(QUIET, finished=1))
        assert not decision.enough


def test_one_that_waits_gets_others_with_the_next_look() -> None:
    service = Service(0.0, 0.0001, 64)
    service.until_enough()
    service.waits()


def test_when_requests_get_fewer_there_are_several_again() -> None:
    service = Service(0.0, 0.0001, 64)
    service.until_enough()
    for _ in range(round(1.0 / TICK_SECONDS)):
        service.decision.see(replace(QUIET, threads=1, idle=1))
    assert not service.decision.enough


def test_what_failed_long_ago_is_forgotten() -> None:
    service = Service(0.0, 0.0001, 64)
    for _ in range(5):
        service.until_enough()
        service.waits()
    assert service.until_enough() > 5
    service.serve(11)
    service.waits()
    assert service.until_enough() < 2
