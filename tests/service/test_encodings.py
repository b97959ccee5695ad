"""Messages in other encodings than UTF-8: those of the allowlist are read, by whichever way a message comes."""

from __future__ import annotations

import time

import pytest

from zato.connector.rest.response import Response
from zato.core.errors import InvalidInput, OutgoingFailed
from zato.service.request import HTTPRequest, Request

TEXT = "Grüße"
FORM = "application/x-www-form-urlencoded"
NO_CHARSETS = (
    "punycode",
    "idna",
    "unicode_escape",
    "raw_unicode_escape",
    "utf-7",
    "rot13",
    "base64",
    "zlib",
    "x" * 500,
)


def request(body: bytes, content_type: str, *, is_json: bool = True) -> Request:
    http = HTTPRequest("POST", headers={"content-type": content_type}, body=body)
    return Request(body, cid="c", http=http, is_json=is_json)


@pytest.mark.parametrize("charset", ["iso-8859-1", "windows-1252", "utf-8", "utf-16", "utf-16le", '"ISO-8859-15"'])
def test_json_text_and_forms_are_read_by_the_charset_that_they_name(charset: str) -> None:
    codec = charset.strip('"').lower()
    assert request(f'{{"a": "{TEXT}"}}'.encode(codec), f"application/json; charset={charset}").payload == {"a": TEXT}
    assert request(TEXT.encode(codec), f"text/plain; charset={charset}", is_json=False).payload == TEXT
    if not codec.startswith("utf-16"):
        quoted = "".join(f"%{byte:02X}" for byte in TEXT.encode(codec))
        assert request(f"a={quoted}".encode(), f"{FORM}; charset={charset}").payload == {"a": TEXT}
        assert request(f"a={TEXT}".encode(codec), f"{FORM}; charset={charset}").payload == {"a": TEXT}


@pytest.mark.parametrize("charset", NO_CHARSETS)
def test_what_is_no_charset_is_refused_however_large_the_body_is(charset: str) -> None:
    body = b"a" * 200_000
    before = time.thread_time()
    for content_type, is_json in (("application/json", True), (FORM, True), ("text/plain", False)):
        with pytest.raises(InvalidInput, match="send UTF-8") as refused:
            _ = request(body, f"{content_type}; charset={charset}", is_json=is_json).payload
        assert refused.value.code == "invalid-charset"
    assert time.thread_time() - before < 1


def test_a_body_that_is_not_in_its_charset_is_refused() -> None:
    for content_type, is_json in (("application/json", True), (FORM, True), ("text/plain", False)):
        with pytest.raises(InvalidInput, match="not valid ascii"):
            _ = request("a=ü".encode(), f"{content_type}; charset=us-ascii", is_json=is_json).payload


def test_half_a_character_is_refused_in_each_encoding() -> None:
    for charset in ("utf-8", "iso-8859-1", "utf-16"):
        with pytest.raises(InvalidInput, match="lone surrogate"):
            _ = request('"\\ud800"'.encode(charset), f"application/json; charset={charset}").payload


def answer(content: bytes, content_type: str) -> Response:
    return Response(200, {"Content-Type": content_type}, content)


def test_a_peers_answer_is_read_by_the_charset_that_it_names() -> None:
    assert answer(TEXT.encode("iso-8859-1"), "text/plain; charset=ISO-8859-1").text == TEXT
    assert answer(f'["{TEXT}"]'.encode("iso-8859-1"), "application/json; charset=iso-8859-1").data == [TEXT]
    assert answer(f'["{TEXT}"]'.encode("utf-16"), 'application/json; charset="utf-16"').data == [TEXT]
    with pytest.raises(OutgoingFailed):
        answer(f'["{TEXT}"]'.encode("iso-8859-1"), "application/json").json()


@pytest.mark.parametrize("charset", NO_CHARSETS)
def test_a_peer_cannot_choose_what_is_no_charset(charset: str) -> None:
    before = time.thread_time()
    assert answer(b"a" * 200_000, f"text/plain; charset={charset}").text == "a" * 200_000
    assert answer(b"[1]", f"application/json; charset={charset}").data == [1]
    assert time.thread_time() - before < 1
