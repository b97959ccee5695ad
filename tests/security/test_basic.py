"""HTTP Basic as requests have it."""

from __future__ import annotations

import base64

import pytest

from zato.core.errors import InvalidInput, Unauthorized
from zato.security.basic import Credentials, credentials_of, forget_password


def environ(value: str) -> dict[str, str]:
    return {"HTTP_AUTHORIZATION": value}


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.mark.parametrize("scheme", ["Basic", "basic", "BASIC", "bAsIc"])
@pytest.mark.parametrize("blank", [" ", "\t", "   "])
def test_name_and_password_end_and_begin_at_the_first_colon(scheme: str, blank: str) -> None:
    text = encoded("zoë:pass:wörd ".encode())
    assert credentials_of(environ(scheme + blank + text)) == Credentials("zoë", "pass:wörd ".encode())


def test_padding_may_be_missing() -> None:
    assert credentials_of(environ("Basic " + encoded(b"joe:joe").rstrip("="))) == Credentials("joe", b"joe")


@pytest.mark.parametrize("value", ["Bearer a.b.c", "Basicx am9lOmpvZQ==", "Bearer x, Basic am9lOmpvZQ==", "", "Digest"])
def test_other_schemes_are_none_of_its_business(value: str) -> None:
    assert credentials_of(environ(value)) is None
    kept = environ(value)
    forget_password(kept)
    assert kept == environ(value)
    assert credentials_of({}) is None


@pytest.mark.parametrize(
    "value",
    ["Basic", "Basic ", "Basic ####", "Basic é", "Basic \udcff"]
    + [
        "Basic " + encoded(data)
        for data in (b"joe", b"", b"joe:a\0b", b"joe:\0", b"\xff:joe", b"joe:" + b"x" * 73, b"joe:" + b"\xc3\xab" * 37)
    ],
)
def test_what_can_be_nobodys_password_is_refused_without_a_hash(value: str) -> None:
    with pytest.raises(Unauthorized):
        credentials_of(environ(value))


def test_seventy_two_bytes_are_a_password() -> None:
    found = credentials_of(environ("Basic " + encoded(b"joe:" + b"x" * 72)))
    assert found == Credentials("joe", b"x" * 72)


def test_of_several_headers_none_is_looked_at() -> None:
    one = encoded(b"joe:joe")
    with pytest.raises(InvalidInput, match="several"):
        credentials_of(environ(f"Basic {one}, Basic {one}"))


def test_whoever_gets_the_request_later_finds_no_password() -> None:
    request = {**environ("basic " + encoded(b"joe:joe")), "HTTP_HOST": "x"}
    forget_password(request)
    assert request == {"HTTP_HOST": "x"}


def test_a_log_line_of_credentials_shows_no_password() -> None:
    assert "secret" not in f"{Credentials('joe', b'secret')!r}"
