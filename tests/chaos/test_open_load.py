"""Requests that are sent when they are due."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

import urllib3

from support.chaos.open_load import OpenLoad, Sending, in_turn, percentile
from support.waiting import until


def sending(number: int) -> Sending:
    return Sending(f"id-{number}", "echo", "GET", f"/{number}")


def other(number: int) -> Sending:
    return Sending(f"id-{number}", "send", "POST", "/send", b"{}")


@dataclass
class Answer:
    status: int
    data: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


class Pool:
    """Answers once it is told to, with the status that is next."""

    def __init__(self, *statuses: int) -> None:
        self.go_on = threading.Event()
        self.asked: list[str] = []
        self._statuses = list(statuses)

    def request(self, method: str, path: str, **more: object) -> Answer:
        self.asked.append(f"{method} {path}")
        status = self._statuses[int(path.rsplit("/", 1)[-1])] if self._statuses else 200
        self.go_on.wait(10)
        if status == 0:
            raise urllib3.exceptions.ProtocolError("gone")
        return Answer(status, b"", {"Retry-After": "1"} if status == 503 else {})


def test_requests_are_sent_though_those_before_have_no_answer_yet() -> None:
    pool = Pool()
    with OpenLoad(pool, sending, per_second=200, count=20) as load:
        load.wait()
        until(lambda: len(pool.asked) >= 20)
        assert len(pool.asked) == 20
        assert load.outcomes == []
        pool.go_on.set()
    assert len(load.outcomes) == len(load.attempted) == 20
    assert percentile(load.outcomes, 0.5) > 0
    assert load.failed() == []


def test_an_answer_that_did_not_come_is_status_0_and_each_outcome_belongs_to_its_id() -> None:
    pool = Pool(200, 0, 503)
    pool.go_on.set()
    with OpenLoad(pool, sending, per_second=500, count=3) as load:
        load.wait()
    found = {each.sending.id: (each.status, each.ok, each.retry_after) for each in load.outcomes}
    assert found == {"id-0": (200, True, ""), "id-1": (0, False, ""), "id-2": (503, False, "1")}
    assert {each.sending.id for each in load.failed()} == {"id-1", "id-2"}
    assert "503" in str(max(load.outcomes, key=lambda each: each.status))


def test_kinds_take_turns_and_are_told_apart() -> None:
    pool = Pool()
    pool.go_on.set()
    with OpenLoad(pool, in_turn(sending, other), per_second=500, count=4) as load:
        load.wait()
    assert [each.kind for each in load.attempted] == ["echo", "send", "echo", "send"]
    assert len(load.of("send")) == 2
    assert len(load.of("echo", "send")) == 4


def test_it_ends_when_it_is_left() -> None:
    pool = Pool()
    pool.go_on.set()
    with OpenLoad(pool, sending, per_second=100) as load:
        time.sleep(0.1)
    sent = len(load.attempted)
    time.sleep(0.05)
    assert 0 < sent == len(load.attempted) == len(load.outcomes)
