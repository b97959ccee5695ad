"""Parts of a request are read strictly: what is not certain is refused, and the refusal says why."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Annotated, Any

import msgspec
import pytest

from zato.core.errors import Forbidden, InvalidInput, NotFound, TooLarge
from zato.serving.http.request_parts import (
    check_content_type,
    expected_revision,
    key_in_path,
    number_in_path,
    read_body,
    read_json,
    read_query,
    refuse_cross_site,
    stated_revision,
)


class Query(msgspec.Struct, forbid_unknown_fields=True):
    limit: Annotated[int, msgspec.Meta(ge=1, le=9)] = 5
    name: str | None = None
    before: int | None = None


HOST = {"HTTP_HOST": "zato.example.com"}


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"HTTP_SEC_FETCH_SITE": "none"},
        {"HTTP_SEC_FETCH_SITE": "same-origin", "HTTP_ORIGIN": "https://zato.example.com"},
        {"HTTP_ORIGIN": "http://zato.example.com"},
    ],
)
def test_a_change_that_no_other_site_makes_is_let_through(environ: dict[str, str]) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        refuse_cross_site({"REQUEST_METHOD": method, **HOST, **environ})


@pytest.mark.parametrize(
    "environ",
    [
        {"HTTP_SEC_FETCH_SITE": "cross-site"},
        {"HTTP_SEC_FETCH_SITE": "same-site"},
        {"HTTP_SEC_FETCH_SITE": ""},
        {"HTTP_ORIGIN": "https://other.example.com"},
        {"HTTP_ORIGIN": "https://zato.example.com:444"},
        {"HTTP_ORIGIN": "null"},
        {"HTTP_ORIGIN": ""},
        {"HTTP_SEC_FETCH_SITE": "same-origin", "HTTP_ORIGIN": "https://zato.example.com.evil.com"},
    ],
)
def test_a_change_from_the_page_of_another_site_is_refused_and_reading_is_not(environ: dict[str, str]) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        with pytest.raises(Forbidden) as refused:
            refuse_cross_site({"REQUEST_METHOD": method, **HOST, **environ})
        assert refused.value.code == "cross-site"
    for method in ("GET", "HEAD", "OPTIONS"):
        refuse_cross_site({"REQUEST_METHOD": method, **HOST, **environ})


@pytest.mark.parametrize(
    ("query", "limit", "name"),
    [
        ("", 5, None),
        ("name=null", 5, "null"),
        ("limit=9", 9, None),
        ("name=", 5, ""),
        ("limit=1&name=a%26b+c", 1, "a&b c"),
    ],
)
def test_a_query_is_read(query: str, limit: int, name: str | None) -> None:
    read = read_query(query, Query)
    assert (read.limit, read.name) == (limit, name)


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("limit=0", "limit: "),
        ("limit=10", "limit: "),
        ("limit=x", "limit: "),
        ("other=1", "other"),
        ("limit=1&limit=1", "twice"),
        ("limit", "name=value"),
        ("name=%ff", "name=value"),
        ("&".join(f"n{number}=1" for number in range(21)), "name=value"),
        ("before=null", "before: leave it out"),
    ],
)
def test_a_query_that_is_not_valid_is_refused_with_the_reason(query: str, reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        read_query(query, Query)


class Body(io.BytesIO):
    """Remembers how much of it was wanted."""

    wanted: int | None = None

    def read(self, size: int | None = -1, /) -> bytes:
        self.wanted = size
        return super().read(size)


def environ_of(body: bytes, length: str | None = None, *, chunked: bool = False, active: Any = None) -> dict[str, Any]:
    found: dict[str, Any] = {"wsgi.input": Body(body), "zato.request": active}
    if length is not None:
        found["CONTENT_LENGTH"] = length
    if chunked:
        found["HTTP_TRANSFER_ENCODING"] = "chunked"
    return found


def test_a_body_is_read_whatever_its_framing_and_is_none_without_any() -> None:
    assert read_body(environ_of(b"12345", "5"), 5) == b"12345"
    assert read_body(environ_of(b"12345", "3"), 5) == b"123"
    assert read_body(environ_of(b"12345", chunked=True), 5) == b"12345"
    assert read_body(environ_of(b"", "0"), 5) == b""
    assert read_body(environ_of(b"12345"), 5) == read_body(environ_of(b"12345", ""), 5) == b""


@pytest.mark.parametrize(("body", "length", "chunked"), [(b"1", "6", False), (b"123456", None, True)])
def test_one_that_is_too_large_is_refused(body: bytes, length: str | None, chunked: bool) -> None:
    with pytest.raises(TooLarge, match="larger than 5 bytes"):
        read_body(environ_of(body, length, chunked=chunked), 5)


@pytest.mark.parametrize("length", ["-1", "+1", "1.0", "0x1", "١", "1" * 19, " 1"])
def test_a_length_that_is_no_number_is_refused(length: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_body(environ_of(b"1", length), 5)
    assert refused.value.code == "invalid-request"


def test_one_that_ends_too_early_is_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        read_body(environ_of(b"12", "3"), 5)
    assert refused.value.code == "incomplete-message"


def test_memory_is_asked_for_before_a_large_one_is_read_and_again_when_it_is_known() -> None:
    asked: list[int] = []
    active = SimpleNamespace(needs=asked.append)
    read_body(environ_of(b"x" * 4096, "4096", active=active), 10_000)
    assert asked == []
    read_body(environ_of(b"[" + b"1," * 2500 + b"1]", "5003", active=active), 10_000)
    assert len(asked) == 2
    assert asked[0] == 10_006 < asked[1]
    asked.clear()
    read_body(environ_of(b"1", chunked=True, active=active), 10_000)
    assert asked[0] == 20_000


@pytest.mark.parametrize("content_type", ["application/json", "Application/JSON; charset=utf-8", " application/json "])
def test_a_type_is_known_in_any_spelling(content_type: str) -> None:
    assert check_content_type(content_type, ("text/yaml", "application/json")) == "application/json"


@pytest.mark.parametrize(
    ("content_type", "told"), [("", "absent"), ("text/plain", "text/plain"), ("x" * 200, "x" * 100)]
)
def test_another_type_is_refused_with_those_that_are_taken(content_type: str, told: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_content_type(content_type, ("text/yaml", "application/json"))
    assert (refused.value.status, refused.value.code) == (415, "unsupported-media-type")
    assert refused.value.message == f"The Content-Type must be text/yaml or application/json, not {told}."


def test_json_is_read_as_what_it_must_be() -> None:
    assert read_json(b'{"limit": 3}', Query).limit == 3
    for data, reason in (
        (b"", "no body"),
        (b"[]", "The body is not valid"),
        (b'{"limit": "3"}', "limit: "),  # a query's text is no body's number
        (b'{"limit": 0, "other": 1, "name": 2}', "and 2 more, see the details"),
    ):
        with pytest.raises(InvalidInput, match=reason) as refused:
            read_json(data, Query)
        assert refused.value.status == 400


def test_what_is_wrong_is_told_even_where_it_is_no_text() -> None:
    with pytest.raises(InvalidInput) as refused:
        read_json(b'{"\\ud800": 1}', Query)
    assert refused.value.message.encode()


@pytest.mark.parametrize(
    ("text", "what", "number"), [("7", "deployment", 7), ("server-7", "server", 7), ("7", "server", 7)]
)
def test_a_number_in_a_path(text: str, what: str, number: int) -> None:
    assert number_in_path(text, what) == number


@pytest.mark.parametrize("text", ["0", "00", "-1", "x", "", "1" * 19, "server-7", "7 "])
def test_what_is_no_number_is_not_there(text: str) -> None:
    with pytest.raises(NotFound, match="There is no deployment"):
        number_in_path(text, "deployment")


def test_a_kind_and_a_name_in_a_path() -> None:
    assert key_in_path({"kind": "channel-rest", "name": "a b"}) == ("channel-rest", "a b")
    assert key_in_path({"kind": "server", "name": "2"}) == ("server", "server-2")
    for kind, name in (("channel-rest", ""), ("channel-rest", "a\nb"), ("channel-rest", "x" * 500)):
        with pytest.raises(NotFound) as refused:
            key_in_path({"kind": kind, "name": name})
        assert refused.value.code == "no-such-item"
    with pytest.raises(NotFound):
        key_in_path({"kind": "no-such-kind", "name": "a"})


@pytest.mark.parametrize(
    ("given", "header", "revision"),
    [(7, None, 7), (None, '"7"', 7), (None, 'W/"7"', 7), (7, ' "7" ', 7), (None, None, None)],
)
def test_the_revision_that_a_change_started_from(given: int | None, header: str | None, revision: int | None) -> None:
    environ = {} if header is None else {"HTTP_IF_MATCH": header}
    assert stated_revision(given, environ) == revision
    if revision is not None:
        assert expected_revision(given, environ) == revision
    else:
        with pytest.raises(InvalidInput) as refused:
            expected_revision(given, environ)
        assert refused.value.code == "revision-missing"


@pytest.mark.parametrize(("given", "header"), [(7, '"8"'), (None, "7"), (None, "*"), (None, '"7", "8"'), (None, '"x"')])
def test_a_revision_that_is_not_clear_is_refused(given: int | None, header: str) -> None:
    with pytest.raises(InvalidInput):
        stated_revision(given, {"HTTP_IF_MATCH": header})
