"""Cookies, written and read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from zato.core.cookies import cookie_line, received_cookies, sent_cookies

PLAIN: dict[str, Any] = {
    "max_age": None,
    "expires": None,
    "path": None,
    "domain": None,
    "secure": False,
    "http_only": False,
    "same_site": None,
}


def line(name: str = "a", value: str = "1", **more: Any) -> str:
    return cookie_line(name, value, **{**PLAIN, **more})


def test_each_attribute_is_written_as_browsers_read_it() -> None:
    assert line() == "a=1"
    assert line(max_age=60, path="/x", domain="example.com") == "a=1; Max-Age=60; Path=/x; Domain=example.com"
    assert line(max_age=timedelta(minutes=2), secure=True) == "a=1; Max-Age=120; Secure"
    assert line(same_site="Strict", http_only=True) == "a=1; SameSite=Strict; HttpOnly"
    there = datetime(2027, 1, 2, 4, 5, 6, tzinfo=timezone(timedelta(hours=1)))
    assert line(expires=there) == "a=1; Expires=Sat, 02 Jan 2027 03:05:06 GMT"


@pytest.mark.parametrize(
    "fields",
    [
        {"name": ""},
        {"name": "a b"},
        {"name": "a=b"},
        {"value": "a;b"},
        {"value": "a b"},
        {"value": "a,b"},
        {"value": 'a"b'},
        {"value": "ä"},
        {"value": "a\r\nX: y"},
        {"value": "a\\b"},
        {"path": "/a; Domain=x"},
        {"domain": "x\r\n"},
        {"same_site": "lax"},
        {"same_site": "None"},
        {"expires": datetime(2027, 1, 1)},
    ],
)
def test_what_is_no_cookie_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        line(**fields)


def test_cookies_of_a_request_are_known_by_name() -> None:
    assert sent_cookies('a=1; b="two";c=x=y; ; d; =e; a=2') == {"a": "1", "b": "two", "c": "x=y"}
    assert sent_cookies("") == {}


def test_cookies_of_a_response_are_known_without_what_is_said_about_them() -> None:
    now = datetime.now(UTC)
    lines = [line("a", "1", path="/", expires=now), line("b", "2"), line("a", "3")]
    assert received_cookies(lines) == {"a": "3", "b": "2"}
