"""What belongs to one request, in the order of time."""

from __future__ import annotations

import threading
import time

import pytest

from zato.admin.logs.everywhere import ask_all
from zato.admin.logs.joining import joined
from zato.core.errors import Unavailable

LINE = {"at": "2026-12-01T12:00:01.000Z", "level": "info", "process": "server-1", "message": "Two", "cid": "c"}


def test_lines_audit_and_dead_letters_are_one_story() -> None:
    audit = {
        "at": "2026-12-01T12:00:00.5Z",
        "principal": "ann",
        "action": "update",
        "subject": "x",
        "outcome": "ok",
        "detail": None,
        "cid": "c",
    }
    letter = {
        "died": "2026-12-01T12:00:02Z",
        "id": "m",
        "service": "s",
        "attempts": 3,
        "reason": "It failed.",
        "cid": "c",
    }
    first = {**LINE, "at": "2026-12-01T12:00:00.000Z", "process": "haproxy", "message": "One"}
    found = joined({"1": [first, LINE], "2": [LINE]}, [audit], [letter])
    assert [event.text for event in found] == [
        "One",
        "ann: update x, ok",
        "Two",
        "Two",
        "Message m to s was given up after 3 attempts",
    ]
    assert next(event.source for event in found) == "haproxy (server 1)"


def test_what_a_machine_with_two_servers_tells_twice_is_there_once() -> None:
    assert len(joined({"1": [LINE], "01": [LINE]})) <= 2
    assert len(joined({"1": [LINE, LINE]})) == 1


def test_one_that_does_not_answer_costs_no_more_than_the_time_there_is() -> None:
    release = threading.Event()

    def late() -> str:
        release.wait(30)
        return "late"

    def away() -> str:
        raise Unavailable("Nothing answers.")

    begun = time.monotonic()
    answers = ask_all({"1": lambda: "here", "2": late, "3": away}, seconds=0.2)
    took = time.monotonic() - begun
    release.set()
    assert took < 5
    assert answers.found == {"1": "here"}
    assert answers.missing == {"2": "it has not answered within 0.2 s", "3": "Nothing answers."}


def test_a_fault_of_ones_own_is_not_taken_for_a_server_that_is_away() -> None:
    with pytest.raises(ZeroDivisionError):
        ask_all({"1": lambda: 1 // 0}, seconds=5)
