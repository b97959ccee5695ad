"""Values of closed sets are understood in any case, and kept as the set has them."""

from __future__ import annotations

import pytest

from zato.cli.fields import parse
from zato.config.codec import decode, public
from zato.config.kinds import kind_named
from zato.core.errors import InvalidInput, NotFound
from zato.core.suggestions import did_you_mean, nearest

CHANNEL = {"service": "s", "path": "/s"}


@pytest.mark.parametrize(
    ("kind", "fields", "field", "expected"),
    [
        ("channel-rest", ["methods=get"], "methods", ["GET"]),
        ("channel-rest", ["methods=Get,pOsT"], "methods", ["GET", "POST"]),
        ("channel-rest", ['methods=["put"]'], "methods", ["PUT"]),
        ("outgoing-rest", ["security=Basic"], "security", "basic"),
        ("outgoing-rest", ["ping_method=head"], "ping_method", "HEAD"),
        ("security-basic", ["roles=Admin,VIEWER"], "roles", ["admin", "viewer"]),
        ("balancer", ["algorithm=LeastConn"], "algorithm", "leastconn"),
        ("server", ["log_level=INFO"], "log_level", "info"),
    ],
)
def test_the_command_line_understands_any_case(kind: str, fields: list[str], field: str, expected: object) -> None:
    found = parse(kind, tuple(fields))[field]
    assert (list(found) if isinstance(expected, list) else found) == expected


def test_so_do_the_admin_api_and_an_import() -> None:
    value = decode("channel-rest", "c", {**CHANNEL, "methods": ["get", "Post"]})
    assert list(public("channel-rest", value)["methods"]) == ["GET", "POST"]
    assert (
        public("outgoing-rest", decode("outgoing-rest", "o", {"address": "https://x", "security": "None"}))["security"]
        == "none"
    )


def test_what_is_no_value_of_the_set_is_refused_with_those_that_are() -> None:
    with pytest.raises(InvalidInput, match="methods"):
        parse("channel-rest", ("methods=fetch",))
    with pytest.raises(InvalidInput, match="'GET'"):
        decode("channel-rest", "c", {**CHANNEL, "methods": ["fetch"]})
    # A name is not of a closed set
    assert parse("channel-rest", ("service=GET",))["service"] == "GET"


def test_what_is_like_something_that_there_is_is_suggested() -> None:
    assert nearest("Hello", ["goodbye", "hello"]) == "hello"
    assert did_you_mean("x" * 10_000, ["x" * 10_000], "see: zato config kinds") == "; see: zato config kinds."
    assert did_you_mean("none", ["other-thing"]) == "."
    with pytest.raises(NotFound, match=r"called 'channel-rset'; did you mean 'channel-rest'\?$"):
        kind_named("channel-rset")
    with pytest.raises(InvalidInput, match=r"no field 'methodes'; did you mean 'methods'\?$"):
        parse("channel-rest", ("methodes=GET",))
    with pytest.raises(InvalidInput, match=r"metods: there is no such field; did you mean 'methods'\?"):
        decode("channel-rest", "c", {**CHANNEL, "metods": ["GET"]})
