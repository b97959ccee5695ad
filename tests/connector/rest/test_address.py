"""Addresses with placeholders, queries and redirects."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from zato.connector.rest.address import Address
from zato.core.errors import InvalidInput, OutgoingFailed


def test_parameters_fill_placeholders_and_the_rest_becomes_the_query() -> None:
    address = Address.parse("https://crm.example.com/customers/{id}/orders")
    assert address.target("CRM", {"id": 5, "page": 2, "q": "a b&c"}) == "/customers/5/orders?page=2&q=a%20b%26c"


@pytest.mark.parametrize(
    ("params", "query"),
    [
        (None, "/a"),
        ({}, "/a"),
        ({"a": None}, "/a"),
        ({"a": True, "b": False}, "/a?a=true&b=false"),
        ({"a": [1, 2]}, "/a?a=1&a=2"),
        ({"a": []}, "/a"),
        ({"a": ""}, "/a?a="),
        ({"d": date(2026, 11, 24)}, "/a?d=2026-11-24"),
        ({"ä": "ö"}, "/a?%C3%A4=%C3%B6"),
    ],
)
def test_query_parameters_are_written_as_one_expects(params: dict[str, Any] | None, query: str) -> None:
    assert Address.parse("https://x.example/a").target("CRM", params) == query


def test_a_missing_placeholder_is_named() -> None:
    with pytest.raises(OutgoingFailed, match=r"CRM.*needs the parameter 'id'") as raised:
        Address.parse("https://x.example/{id}").target("CRM", {"other": 1})
    assert raised.value.stage == "request"


@pytest.mark.parametrize("value", ["", ".", ".."])
def test_a_value_that_would_lead_to_another_path_is_refused(value: str) -> None:
    with pytest.raises(InvalidInput, match="another path"):
        Address.parse("https://x.example/a/{id}/b").target("CRM", {"id": value})


@given(st.text(min_size=1).filter(lambda text: text not in {".", ".."}), st.text())
@example("a/b?c#d%2F..", "a&b=c#d+e%")
def test_whatever_is_given_stays_one_segment_and_one_query_parameter(segment: str, value: str) -> None:
    try:
        segment.encode(), value.encode()
    except UnicodeEncodeError:
        return  # half of a character is no text
    target = Address.parse("https://x.example/a/{id}/b").target("CRM", {"id": segment, "q": value})
    parts = urlsplit(target)
    assert [unquote(each) for each in parts.path.split("/")] == ["", "a", segment, "b"]
    assert parse_qsl(parts.query, keep_blank_values=True) == [("q", value)]


@pytest.mark.parametrize(
    ("address", "ping"),
    [
        ("https://x.example", "/status"),
        ("https://x.example/", "/status"),
        ("https://x.example/api", "/api/status"),
        ("https://x.example/api/", "/api/status"),
        ("https://x.example/api/{id}", "/api/status"),
        ("https://x.example/api/v{version}/a", "/api/status"),
        ("https://x.example/{id}", "/status"),
    ],
)
def test_a_ping_asks_after_the_part_before_any_placeholder(address: str, ping: str) -> None:
    assert Address.parse(address).ping_target("/status") == ping


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/new", "/new"),
        ("new?x=1#part", "/a/new?x=1"),
        ("https://x.example:8443/new", "/new"),
        ("https://x.example/new", None),
        ("http://x.example:8443/new", None),
        ("https://y.example:8443/new", None),
        ("//y.example/new", None),
        ("https://user@x.example:8443/new", None),
        ("https://[broken/", None),
        ("javascript:alert(1)", None),
    ],
)
def test_redirects_stay_at_their_origin(location: str, target: str | None) -> None:
    assert Address.parse("https://x.example:8443/a/b").redirected("/a/b?c", location) == target


def test_credentials_in_an_address_are_not_shown() -> None:
    assert str(Address.parse("https://user:secret@x.example:8443/a")) == "https://x.example:8443/a"
    assert str(Address.parse("https://[::1]:443/a")) == "https://[::1]/a"
