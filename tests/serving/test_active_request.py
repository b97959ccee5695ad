"""Who may answer a request, until when, and what it has for as long as it is under way."""

from __future__ import annotations

import json
import math
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from zato.core.errors import TooLarge
from zato.serving.active_request import ActiveRequest, time_limit_answer
from zato.serving.memory import Memory


@pytest.fixture
def client() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX) as made:
        yield made


def test_whoever_claims_it_first_answers_and_nobody_else(client: socket.socket) -> None:
    active = ActiveRequest(client, Memory(lambda: 2**20))
    claims: list[bool] = []
    threads = [threading.Thread(target=lambda: claims.append(active.claim())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claims) == [False] * 7 + [True]
    assert not active.abandoned
    assert not active.claim(abandon=True)
    assert not active.abandoned  # its thread has the answer and is not given up any more


def test_the_time_limit_that_claims_it_gives_its_thread_up(client: socket.socket) -> None:
    active = ActiveRequest(client, Memory(lambda: 2**20))
    assert active.claim(abandon=True)
    assert active.abandoned
    assert not active.claim()


def test_memory_that_it_needs_is_free_for_others_when_it_ends(client: socket.socket) -> None:
    memory = Memory(lambda: 1000)
    active = ActiveRequest(client, memory)
    active.needs(300)
    active.needs(200)
    assert memory.taken == 500
    with pytest.raises(TooLarge):  # what it has counts
        active.needs(501)
    active.end()
    active.end()
    assert memory.taken == 0


def test_time_in_which_the_process_stood_still_does_not_count(client: socket.socket) -> None:
    active = ActiveRequest(client, Memory(lambda: 2**20))
    assert active.deadline == math.inf
    started = active.started
    active.deadline = started + 5
    active.stood_still(3)
    assert (active.started, active.deadline) == (started + 3, started + 8)


def test_while_it_waits_for_its_turn_another_thread_takes_its_place(client: socket.socket) -> None:
    spare: list[int] = []
    active = ActiveRequest(client, Memory(lambda: 2**20), spare.append)
    with pytest.raises(ValueError, match="over"), active.waiting():
        assert (active.waits, spare) == (True, [1])
        raise ValueError("over")
    assert (active.waits, spare) == (False, [1, -1])


def test_the_answer_of_the_time_limit_is_whole(client: socket.socket) -> None:
    active = ActiveRequest(client, Memory(lambda: 2**20))
    active.service, active.cid, active.limit_seconds = "shop.buy", "cid-1", 2.5
    head, _, body = time_limit_answer(active).partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    fields = dict(line.split(": ", 1) for line in lines)
    assert status == "HTTP/1.1 504 Gateway Timeout"
    assert (fields["X-Zato-CID"], fields["Connection"]) == ("cid-1", "close")
    assert fields["Content-Length"] == str(len(body))
    error: dict[str, Any] = json.loads(body)["error"]
    assert (error["code"], error["cid"], error["details"]) == ("time-limit-exceeded", "cid-1", [])
    assert error["message"] == "Service shop.buy exceeded its time limit of 2.5 s."
