"""self.response"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Any
from uuid import UUID

import pytest

from support.service_runs import Answer, call
from zato.server.service import Int, InvalidOutput, Service
from zato.service.response import Response

JSON = "application/json"
TEXT = "text/plain; charset=utf-8"


def answer(payload: Any = None, *, text_type: str | None = None, **attributes: Any) -> Answer:
    class Answers(Service):
        def handle(self) -> None:
            self.response.payload = payload
            for name, value in attributes.items():
                setattr(self.response, name, value)

    return call(Answers, text_type=text_type)


@pytest.mark.parametrize(
    ("payload", "body", "content_type"),
    [
        ({"a": 1}, b'{"a":1}', JSON),
        ([1, "é"], '[1,"é"]'.encode(), JSON),
        (5, b"5", JSON),
        (True, b"true", JSON),
        ({}, b"{}", JSON),
        (None, b"", None),
        ("hello", b"hello", TEXT),
        ('{"a": 1}', b'{"a": 1}', JSON),
        ("[1]", b"[1]", JSON),
        ("{not json}", b"{not json}", TEXT),
        ("", b"", None),
        (b"", b"", None),
        (b"\x00\xff", b"\x00\xff", "application/octet-stream"),
        (bytearray(b"ab"), b"ab", "application/octet-stream"),
        ({"d": Decimal("1.10"), "u": UUID(int=1)}, b'{"d":"1.10","u":"00000000-0000-0000-0000-000000000001"}', JSON),
        (datetime(2026, 3, 1, tzinfo=UTC), b'"2026-03-01T00:00:00Z"', JSON),
        ({"n": 2**70}, b'{"n":1180591620717411303424}', JSON),
    ],
)
def test_the_payload_decides_body_and_content_type(payload: Any, body: bytes, content_type: str | None) -> None:
    found = answer(payload)
    assert (found.body, found.content_type, found.status) == (body, content_type, 200)


@pytest.mark.parametrize("status", [204, 205, 304])
@pytest.mark.parametrize("payload", ["text", b"bytes", {"a": 1}])
def test_a_status_that_has_no_body_has_no_type_of_one(status: int, payload: Any) -> None:
    found = answer(payload, status_code=status, text_type="text/csv")
    assert (found.body, found.content_type, found.status) == (b"", None, status)
    assert answer(payload, status_code=status, content_type="text/csv").content_type == "text/csv"


def test_a_plain_channels_type_is_for_text_and_bytes() -> None:
    assert answer("", text_type="text/csv").content_type is None
    assert answer("a,b", text_type="text/csv").content_type == "text/csv"
    assert answer(b"a,b", text_type="text/csv").content_type == "text/csv"
    assert answer({"a": 1}, text_type="text/csv").content_type == JSON


def test_the_services_own_type_wins() -> None:
    assert answer("<a/>", content_type="application/xml", text_type=TEXT).content_type == "application/xml"


def test_status_and_headers_are_the_services() -> None:
    found = answer({"a": 1}, status_code=HTTPStatus.CREATED, headers={"Location": "/a/1", "X-Count": 5})
    assert (found.status, found.headers) == (201, {"Location": "/a/1", "X-Count": "5"})


class Foreign:
    pass


@pytest.mark.parametrize("payload", [Foreign(), {"a": Foreign()}, {("a", 1): 2}, "\ud800", {"a": "\ud800"}])
def test_what_cannot_be_written_is_the_services_error(payload: Any) -> None:
    with pytest.raises(InvalidOutput) as caught:
        answer(payload)
    assert caught.value.code == "invalid-output"


def test_a_payload_that_contains_itself_is_the_services_error() -> None:
    payload: dict[str, Any] = {}
    payload["self"] = payload
    with pytest.raises(InvalidOutput):
        answer(payload)


@pytest.mark.parametrize(
    "attributes",
    [
        {"headers": {"X-A": "a\r\nSet-Cookie: b=1"}},
        {"headers": {"X-A\r\nX-B": "a"}},
        {"headers": {"X A": "a"}},
        {"headers": {"": "a"}},
        {"headers": {"X-A": "€"}},
        {"headers": {"X-A": ["a", "b\r\nX-B: c"]}},
        {"headers": {"Set-Cookie": "a=1\r\nX-B: c"}},
        {"headers": {"X-A": "a\x00"}},
        {"headers": {"X-A": "a" * 31_000}},
        {"headers": {f"X-{number}": "a" for number in range(481)}},
        {"headers": {"X-A": ["a"] * 481}},
        {"_cookies": ["a=" + "b" * 4_000] * 8},
        {"content_type": "text/plain\r\nX: y"},
        {"status_code": 99},
        {"status_code": 600},
        {"status_code": "200"},
        {"status_code": True},
    ],
)
def test_what_http_cannot_send_is_the_services_error(attributes: dict[str, Any]) -> None:
    with pytest.raises(InvalidOutput):
        answer({"a": 1}, **attributes)


def test_a_failed_response_is_not_held_to_the_declared_output() -> None:
    class Missing(Service):
        output = "name", Int("count")

        def handle(self) -> None:
            self.response.status_code = 404
            self.response.payload = {"reason": "no such customer"}

    found = call(Missing)
    assert (found.status, found.json) == (404, {"reason": "no such customer"})


@pytest.mark.parametrize("status", [204, 304, 404])
def test_a_status_that_needs_no_body_needs_no_output(status: int) -> None:
    class Empty(Service):
        output = "name"

        def handle(self) -> None:
            self.response.status_code = status

    found = call(Empty)
    assert (found.status, found.body) == (status, b"")


def test_a_header_has_several_values_and_cookies_are_headers() -> None:
    response = Response()
    response.headers["Link"] = ["</1>", "</2>"]
    response.headers["Set-Cookie"] = "own=1; Path=/x"
    response.set_cookie("session", "abc", max_age=60)
    response.unset_cookie("old")
    response.encoded()
    assert response.has_headers
    assert response.fields == [
        ("Link", "</1>"),
        ("Link", "</2>"),
        ("Set-Cookie", "own=1; Path=/x"),
        ("Set-Cookie", "session=abc; Max-Age=60; Path=/; SameSite=Lax; Secure; HttpOnly"),
        ("Set-Cookie", "old=; Max-Age=0; Path=/; SameSite=Lax; Secure; HttpOnly"),
    ]


def test_what_is_no_cookie_is_the_services_error() -> None:
    with pytest.raises(InvalidOutput, match="session"):
        Response().set_cookie("session", "a b")
