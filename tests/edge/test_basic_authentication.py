"""HTTP Basic at the edge: passed on to the server, which verifies it, and counted where guesses are many."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from support.edge import Edge
from support.passwords import basic
from zato.agent.haproxy import names
from zato.agent.haproxy.running import RunningHaproxy

VALUES = [
    basic("joe", "joe's password")["Authorization"],
    basic("zoë", "zoë's pässword")["Authorization"],
    "basic am9lOmpvZQ==",
    "Basic ####",
    "Basic",
    "Basicx am9lOmpvZQ==",
    "Bearer a.b.c",
    "Bearer x, Basic am9lOmpvZQ==",
]
_FRESH = itertools.count(1)


@pytest.mark.parametrize("value", VALUES)
def test_what_is_the_servers_to_verify_arrives_as_it_is(edge: Edge, door: str, value: str) -> None:
    environ = edge.get("/echo", door, headers={"Authorization": value}).environ
    assert environ["HTTP_AUTHORIZATION"] == value
    assert "HTTP_X_ZATO_USER" not in environ


@pytest.fixture
def guessed() -> Iterator[Edge]:
    made = Edge(wrong_passwords_max=20)
    try:
        yield made.start()
    finally:
        made.close()


def statuses(edge: Edge, path: str, count: int, **options: Any) -> list[int]:
    return [edge.get(path.format(number=number % 3), **options).status for number in range(count)]


def test_guessing_passwords_is_slowed_down_by_haproxy(guessed: Edge) -> None:
    headers = basic("joe", "wrong")
    assert statuses(guessed, "/status?code=401", 30, headers=headers) == [401] * 21 + [429] * 9
    refused = guessed.get("/echo", headers=basic("joe", "right"))
    assert RunningHaproxy.of(guessed.layout).variables(["limited_passwords"]) == {"limited_passwords": 10}
    assert (refused.status, refused.json["error"]["code"]) == (429, "too-many-requests")
    assert int(refused.headers["retry-after"]) >= 1
    assert guessed.get("/echo").status == 200


@pytest.mark.parametrize("dash", ["-", "%2D", "%2d"])
def test_guessing_the_first_administrators_token_is_slowed_down_like_guessing_passwords(
    guessed: Edge, dash: str
) -> None:
    """However its path is written."""
    path = f"/zato/api/first{dash}administrator?code=401"
    assert statuses(guessed, path, 30, method="POST") == [401] * 21 + [429] * 9
    assert guessed.get("/echo").status == 200


def test_guesses_that_wait_count_as_if_they_were_wrong(guessed: Edge) -> None:
    headers = basic("joe", "wrong")
    waiting = [guessed.connect() for _ in range(20)]
    try:
        assert guessed.get("/status?code=401", headers=headers).status == 401
        for connection in waiting:
            head = f"GET /sleep?seconds=3 HTTP/1.1\r\nHost: localhost\r\nAuthorization: {headers['Authorization']}\r\n"
            connection.sendall(f"{head}\r\n".encode())
        guessed.wait_for(lambda: guessed.get("/status?code=401", headers=headers).status == 429)
        assert guessed.get("/echo").status == 200
    finally:
        for connection in waiting:
            connection.close()


def test_many_requests_at_the_same_time_are_no_guesses_where_none_was_wrong(guessed: Edge) -> None:
    headers = basic("joe", "right")
    waiting = [guessed.connect() for _ in range(30)]
    try:
        for connection in waiting:
            head = f"GET /sleep?seconds=1 HTTP/1.1\r\nHost: localhost\r\nAuthorization: {headers['Authorization']}\r\n"
            connection.sendall(f"{head}\r\n".encode())
        assert guessed.get("/echo", headers=headers).status == 200
        assert {connection.recv(100)[:15] for connection in waiting} == {b"HTTP/1.1 200 OK"}
    finally:
        for connection in waiting:
            connection.close()


# Two of 14 go on at once; the last one's turn is 480 ms later, less what a busy machine needs to send all of them
TURNS_MS = 8 * 40


def at_once(edge: Edge, count: int, path: str, source: str) -> float:
    """Milliseconds that the slowest of so many requests with a password took in HAProxy."""
    headers = f"Host: localhost\r\nAuthorization: {basic('joe', 'any')['Authorization']}\r\nConnection: close"

    def lines() -> list[dict[str, Any]]:
        return [line for line in edge.access_lines() if line["client"] == source]

    before = len(lines())
    with contextlib.ExitStack() as stack:
        waiting = [stack.enter_context(edge.connect(source=source)) for _ in range(count)]
        for connection in waiting:
            connection.sendall(f"GET {path} HTTP/1.1\r\n{headers}\r\n\r\n".encode())
        assert all(connection.recv(12).startswith(b"HTTP/1.1") for connection in waiting)
    edge.wait_for(lambda: len(lines()) >= before + count)
    return float(max(line["ms"] for line in lines()[before:]))


@pytest.fixture(scope="module")
def tried() -> Iterator[Edge]:
    made = Edge()
    try:
        yield made.start()
    finally:
        made.close()


def test_guesses_of_one_source_come_to_the_servers_one_after_the_other(tried: Edge) -> None:
    # Those that a busy machine has not sent before the first ones were answered have nobody to wait for
    tried.wait_for(lambda: at_once(tried, 14, "/status?code=401", f"127.0.4.{next(_FRESH)}") >= TURNS_MS)
    assert RunningHaproxy.of(tried.layout).variables(["limited_turns"])["limited_turns"] >= 8


def test_who_had_a_right_password_is_not_made_to_wait(tried: Edge) -> None:
    def is_free() -> bool:
        assert at_once(tried, 1, "/status?code=200", "127.0.0.3") < 10_000
        return at_once(tried, 32, "/sleep?seconds=0.1", "127.0.0.3") < 30 * 40

    tried.wait_for(is_free)  # on a machine that is busy it may take as long as waiting does


def test_a_right_password_lets_in_those_that_wait(tried: Edge) -> None:
    # All answers are right ones, so the first one ends the waiting of the others
    tried.wait_for(lambda: at_once(tried, 42, "/sleep?seconds=0.01", f"127.0.4.{next(_FRESH)}") < 40 * 40)


def test_among_many_guesses_a_right_password_is_not_believed(tried: Edge) -> None:
    # So many that there are ten in ten seconds for long, however HAProxy forgets them
    assert statuses(tried, "/status?code=401", 40, headers=basic("joe", "any"), source="127.0.0.5") == [401] * 40
    assert at_once(tried, 1, "/status?code=200", "127.0.0.5") < 10_000
    tried.wait_for(lambda: at_once(tried, 14, "/status?code=200", "127.0.0.5") >= TURNS_MS)


def test_an_ipv6_source_is_a_network_of_64_bits(guessed: Edge) -> None:
    text = names.configuration(guessed.layout).read_text(encoding="utf-8")
    assert "tcp-request connection set-var(sess.source) src,ipmask(32,64) if !mapped" in text
    assert "http-request track-sc0 var(sess.source) if with_password" in text


def test_ipv4_addresses_are_sources_of_their_own_where_haproxy_listens_on_both() -> None:
    """It shows them as IPv6 addresses of one network then."""
    edge = Edge(balancer="::", wrong_passwords_max=3)
    try:
        edge.start()
        headers = basic("joe", "wrong")
        found = [edge.get("/status?code=401", headers=headers, source="127.0.0.2").status for _ in range(6)]
        assert found == [401] * 4 + [429] * 2
        assert edge.get("/status?code=401", headers=headers, source="127.0.0.3").status == 401
    finally:
        edge.close()
