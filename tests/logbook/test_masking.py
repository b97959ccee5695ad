"""Secrets that libraries and services have written."""

from __future__ import annotations

import time

import pytest

from zato.logbook.line import line_of
from zato.logbook.masking import masked

SECRET = "hunter2-Ab/9+="


@pytest.mark.parametrize(
    "text",
    [
        f"postgresql+psycopg2://user:{SECRET.replace('/', '')}@db:5432/x",
        f"Authorization: Basic {SECRET}",
        f"sent with bearer {SECRET}xyz",
        f"password={SECRET} next=1",
        f'{{"password": "{SECRET}"}}',
        f"{{'client_secret': '{SECRET}'}}",
        f"api_key: {SECRET}",
        f"X-API-Key={SECRET}",
        f"access_token={SECRET}&x=1",
        f"DB_PASSWORD={SECRET}",
        f"sealed:{SECRET.replace('-', '_')}",
        f"-----BEGIN EC PRIVATE KEY-----\n{SECRET}\n-----END EC PRIVATE KEY-----",
    ],
)
def test_what_looks_like_a_secret_is_masked(text: str) -> None:
    shown = masked(text)
    assert SECRET not in shown and SECRET.replace("/", "") not in shown
    assert "******" in shown


@pytest.mark.parametrize(
    "text", ["Wrong password of anna", "token was used", "https://host:8080/path", "key 7 is there"]
)
def test_words_alone_are_no_secret(text: str) -> None:
    assert masked(text) == text


def test_fields_are_masked_by_their_names_and_tracebacks_too() -> None:
    event = {"event": "x", "password": SECRET, "path": "/x", "exception": f"ValueError: password={SECRET}"}
    line = line_of({"timestamp": "t", "level": "info", "process": "p", **event})
    assert SECRET not in repr(line)
    assert line.fields["path"] == "/x"


@pytest.mark.parametrize(
    "text",
    [
        "password" * 20_000,
        "password=" * 20_000,
        "://" + "a:" * 50_000,
        "basic " * 20_000,
        'secret="' + "\\" * 50_000,
        "a_" * 50_000 + "token",
        "-----BEGIN PRIVATE KEY-----" * 5_000,
    ],
)
def test_no_line_takes_long(text: str) -> None:
    started = time.thread_time()
    masked(text)
    assert time.thread_time() - started < 1
