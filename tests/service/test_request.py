"""self.request"""

from __future__ import annotations

from typing import Any

import pytest

from support.service_runs import call, context
from zato.core.errors import InvalidInput
from zato.core.principal import Authentication, Principal
from zato.server.service import Service
from zato.service.request import HTTPRequest, Request

FORM = {"content-type": "application/x-www-form-urlencoded"}


class Echo(Service):
    def handle(self) -> None:
        self.response.payload = {"payload": self.request.payload, "kind": type(self.request.payload).__name__}


def payload(body: bytes, **how: Any) -> Any:
    return call(Echo, body, **how).json["payload"]


def test_a_rest_channel_decodes_json_whatever_the_client_calls_it() -> None:
    assert payload(b'{"a": 1}') == {"a": 1}
    assert payload(b' {"a": 1}', headers=FORM) == {"a": 1}
    assert payload(b"") is None


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"a": 1,', "invalid-json"),
        (b'{"a": 1, "a": 2}', "duplicate-key"),
        (b'{"a": NaN}', "invalid-json"),
        (b"[" * 100_000, "invalid-json"),
        (b"\xff\xfe", "invalid-utf8"),
        (b'{"a": "\\ud800"}', "invalid-json"),
        (b'{"\\uDFFF": 1}', "invalid-json"),
    ],
)
def test_json_that_is_not_sound_is_refused_when_it_is_read(body: bytes, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        payload(body)
    assert caught.value.code == code

    class Ignores(Service):
        def handle(self) -> None:
            self.response.payload = len(self.request.raw_request)

    assert call(Ignores, body).json == len(body)


def test_an_escaped_pair_of_surrogates_is_one_character() -> None:
    assert payload(b'{"a": "\\ud83d\\ude00"}') == {"a": "\U0001f600"}


def test_a_form_is_its_fields() -> None:
    assert payload(b"a=1&b=x+y&b=%C3%A9", headers=FORM) == {"a": "1", "b": ["x y", "é"]}

    class Reads(Service):
        input = "a"

        def handle(self) -> None:
            self.response.payload = [self.request.input.a, self.request.http.POST["a"], dict(self.request.http.GET)]

    assert call(Reads, b"a=1", headers=FORM, query="b=2").json == ["1", "1", {"b": "2"}]


@pytest.mark.parametrize("query", ["a=%ff", "a=\xff", "\xff=1", "&".join(["a=1"] * 1001)])
def test_parameters_that_are_not_sound_are_refused(query: str) -> None:
    with pytest.raises(InvalidInput):
        _ = HTTPRequest("GET", "/", query_string=query).GET
    with pytest.raises(InvalidInput):
        _ = HTTPRequest("POST", "/", headers=FORM, body=query.encode("latin-1")).POST


def test_parameters_need_not_be_percent_encoded() -> None:
    assert HTTPRequest("GET", "/", query_string="a=é".encode().decode("latin-1")).GET == {"a": "é"}
    assert HTTPRequest("POST", "/", headers=FORM, body="a=é".encode()).POST == {"a": "é"}


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        (b"a,b\n1,2", "text/csv", "a,b\n1,2"),
        (b"caf\xe9", "text/plain; charset=ISO-8859-1", "café"),
        (b"caf\xe9", 'text/plain; charset="iso-8859-1"', "café"),
        (b"<a/>", "application/soap+xml", "<a/>"),
        (b"plain", "", "plain"),
    ],
)
def test_a_plain_channel_gives_text_for_textual_types(body: bytes, content_type: str, expected: str) -> None:
    assert payload(body, plain=True, headers={"content-type": content_type}) == expected


def test_a_plain_channel_gives_bytes_for_all_else() -> None:
    assert call(Echo, b"\xff\xd8", plain=True, headers={"content-type": "image/jpeg"}).json["kind"] == "bytes"
    assert call(Echo, b"\xff\xd8", plain=True).json["kind"] == "bytes"
    assert call(Echo, b"abc", plain=True, headers={"content-type": "application/zip"}).json["kind"] == "bytes"


@pytest.mark.parametrize("content_type", ["text/plain", "text/plain; charset=utf-8", "text/plain; charset=klingon"])
def test_text_that_is_not_in_its_charset_is_refused(content_type: str) -> None:
    with pytest.raises(InvalidInput):
        payload(b"caf\xe9", plain=True, headers={"content-type": content_type})


def test_everything_about_http_is_there() -> None:
    class Reads(Service):
        def handle(self) -> None:
            http = self.request.http
            self.response.payload = [
                http.method,
                http.path,
                http.params["id"],
                http.GET,
                http.headers["x-app"],
                self.cid,
            ]
            assert self.request.cid == self.cid
            assert self.request.raw_request == b"{}"

    found = call(
        Reads, b"{}", method="PUT", path="/a/5", params={"id": "5"}, query="b=1&b=2&c=", headers={"x-app": "crm"}
    )
    assert found.json == ["PUT", "/a/5", "5", {"b": ["1", "2"], "c": ""}, "crm", "c1"]


def test_without_a_declaration_the_input_is_all_named_values() -> None:
    class Reads(Service):
        def handle(self) -> None:
            found = self.request.input
            assert found.a == found["a"] == "path"
            with pytest.raises(AttributeError, match="no value 'nope'"):
                _ = found.nope
            self.response.payload = found

    found = call(Reads, {"a": "body", "b": "body", "c": "body"}, query="a=query&b=query&get=x", params={"a": "path"})
    assert found.json == {"a": "path", "b": "query", "c": "body", "get": "x"}


def test_parameters_that_a_caller_invents_do_not_break_the_methods_of_undeclared_input() -> None:
    class Reads(Service):
        def handle(self) -> None:
            self.response.payload = self.request.input.get("name", "nobody")

    assert call(Reads, query="get=1&items=2&__class__=3").body == b"nobody"


def test_the_service_knows_who_invoked_it() -> None:
    class Who(Service):
        def handle(self) -> None:
            self.response.payload = self.principal.name

    assert call(Who, principal=Principal("crm", Authentication.BASIC)).body == b"crm"


def test_text_that_a_service_passes_to_declared_input_is_json() -> None:
    class Takes(Service):
        input = "name"

        def handle(self) -> None:
            self.response.payload = self.request.input.name

    from support.service_runs import Others

    class Caller(Service):
        def handle(self) -> None:
            self.response.payload = self.invoke(Takes, '{"name": "Ann"}')

    assert call(Caller, using=context(Others(Takes))).body == b"Ann"


def test_a_request_without_http_has_an_empty_http() -> None:
    request = Request({"a": 1}, cid="c1")
    assert request.payload == {"a": 1}
    assert (request.http.method, request.http.GET, request.http.POST, request.http.params) == ("", {}, {}, {})
