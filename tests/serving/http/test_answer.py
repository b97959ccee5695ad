"""How an answer is written."""

from __future__ import annotations

import pytest

from zato.serving.http.answer import HttpAnswer


def answer(status: int = 200, data: bytes = b"abc") -> HttpAnswer:
    made = HttpAnswer()
    made.status, made.data = status, data
    return made


def test_an_answer_has_the_length_of_its_body_whatever_was_set() -> None:
    made = answer()
    made.set_header("Content-Length", "999")
    made.set_header("Content-Type", "text/plain")
    assert made.finished("GET") == ("200 OK", [("content-length", "3"), ("content-type", "text/plain")], [b"abc"])


def test_head_is_told_the_length_and_gets_no_body() -> None:
    assert answer().finished("HEAD") == ("200 OK", [("content-length", "3")], [])


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(("status", "line"), [(204, "204 No Content"), (304, "304 Not Modified")])
def test_what_can_have_no_body_has_no_length(method: str, status: int, line: str) -> None:
    assert answer(status, b"").finished(method) == (line, [], [])
    made = answer(status, b"")
    made.set_header("Content-Length", "5")
    assert made.finished(method) == (line, [], [])


@pytest.mark.parametrize(
    ("said", "told"), [("7", "7"), ("abc", "3"), ("-1", "3"), ("1, 1", "3"), ("9" * 30, "3"), ("²", "3")]
)
def test_a_service_may_tell_head_another_length_if_it_is_one(said: str, told: str) -> None:
    made = answer()
    made.set_header("Content-Length", said)
    assert made.finished("HEAD") == ("200 OK", [("content-length", told)], [])


def test_a_body_that_is_empty_has_a_length() -> None:
    assert answer(205, b"").finished("GET") == ("205 Reset Content", [("content-length", "0")], [b""])


@pytest.mark.parametrize(("status", "line"), [(418, "418 I'm a teapot"), (299, "299 Unknown")])
def test_each_status_has_a_line(status: int, line: str) -> None:
    assert answer(status).finished("GET")[0] == line


def test_a_field_is_replaced_or_joined_and_cookies_have_lines_of_their_own() -> None:
    made = answer(data=b"")
    made.set_header("Vary", "Origin")
    made.append_header("vary", "Accept")
    made.set_header("X-A", "1")
    made.set_header("x-a", "2")
    made.append_header("Set-Cookie", "a=1")
    made.append_header("set-cookie", "b=2")
    _, header, _ = made.finished("GET")
    assert header == [
        ("vary", "Origin, Accept"),
        ("x-a", "2"),
        ("content-length", "0"),
        ("set-cookie", "a=1"),
        ("set-cookie", "b=2"),
    ]
