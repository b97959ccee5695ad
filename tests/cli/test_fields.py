"""FIELD=VALUE becomes a value of the field's type."""

from __future__ import annotations

import json
from typing import Any

import pytest

from zato.cli.fields import parse
from zato.core.errors import InvalidInput, NotFound


@pytest.mark.parametrize(
    ("kind", "field", "expected"),
    [
        ("security-basic", "password=12345678", {"password": "12345678"}),
        ("security-basic", "password=a=b=c=d=e", {"password": "a=b=c=d=e"}),
        ("security-basic", 'username=["x"]', {"username": '["x"]'}),
        ("channel-rest", "active=false", {"active": False}),
        ("channel-rest", "methods=GET, POST", {"methods": ["GET", "POST"]}),
        ("channel-rest", 'methods=["GET"]', {"methods": ["GET"]}),
        ("channel-rest", "security=", {"security": []}),
        ("service", "time_limit_seconds=2.5", {"time_limit_seconds": 2.5}),
        ("service", "time_limit_seconds=null", {"time_limit_seconds": None}),
        ("outgoing-sql", "username=null", {"username": None}),
        ("security-tls", "expires=null", {"expires": None}),
        ("security-basic", "username=null", {"username": "null"}),  # it is required, and somebody may be called so
        ("security-tls", "expires=2030-01-01T00:00:00Z", {"expires": "2030-01-01T00:00:00Z"}),
    ],
)
def test_text_becomes_what_the_field_takes(kind: str, field: str, expected: dict[str, Any]) -> None:
    assert json.loads(json.dumps(parse(kind, (field,)))) == expected


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("colour=red", "no field 'colour'; its fields are: service, path"),
        ("path", "is not FIELD=VALUE"),
        ("=x", "is not FIELD=VALUE"),
        ("active=perhaps", "active of channel-rest items cannot be 'perhaps'"),
        ("active=perhaps", "it must be true or false"),
        ("requests_max=many", "requests_max of channel-rest items cannot be 'many': it must be a whole number"),
        ("methods=[", "methods of channel-rest items cannot be '['"),
        ("methods=get,gett", "cannot be 'get,gett': expected one of 'DELETE', 'GET', 'OPTIONS'"),
    ],
)
def test_what_does_not_fit_is_named(field: str, expected: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse("channel-rest", (field,))
    assert expected in caught.value.message


def test_a_mistyped_kind_gets_a_suggestion() -> None:
    with pytest.raises(NotFound, match="did you mean 'channel-rest'"):
        parse("channel-rst", ())


def test_a_field_that_is_given_twice_is_refused() -> None:
    with pytest.raises(InvalidInput, match="service is given twice"):
        parse("channel-rest", ("service=one", "path=/one", "service=one"))
