"""Encodings that others may choose."""

from __future__ import annotations

import codecs
import encodings.aliases
import time

import pytest

from zato.core.charsets import CHARSETS, codec_of, named_in
from zato.core.errors import InvalidInput

LENGTH = 300_000


@pytest.mark.parametrize(
    ("content_type", "charset"),
    [
        ("application/json", None),
        ("", None),
        ("text/plain; charset=utf-8", "utf-8"),
        ("text/plain;charset=UTF-8", "utf-8"),
        ('text/plain; charset="iso-8859-1"', "iso-8859-1"),
        ("text/plain; charset='iso-8859-1'", "iso-8859-1"),
        ("text/plain; Charset = iso-8859-1 ; format=flowed", "iso-8859-1"),
        ('text/plain; title="; charset=utf-16"; charset=utf-8', "utf-8"),
        ("text/plain; xcharset=utf-16", None),
        ("text/plain; charset=", None),
        ('text/plain; charset="', None),
        ("charset=utf-16", None),
        ("text/plain; " + "a=b; " * 1000 + "charset=utf-16", None),
    ],
)
def test_a_media_type_names_a_charset(content_type: str, charset: str | None) -> None:
    assert named_in(content_type) == charset


@pytest.mark.parametrize(
    "text", [";" * LENGTH, "; a" * LENGTH, '; a="' * LENGTH, ";a='" * LENGTH, "; a=" + "\\" * LENGTH]
)
def test_looking_for_it_takes_no_time(text: str) -> None:
    before = time.thread_time()
    named_in(text)
    assert time.thread_time() - before < 0.5


def test_whatever_else_python_knows_is_not_taken() -> None:
    others = {*encodings.aliases.aliases, *encodings.aliases.aliases.values()} - {*CHARSETS}
    assert {"punycode", "utf_7", "rot13", "base64_codec", "hex", "zlib"} <= {*others, "punycode"}
    for name in (
        *others,
        "punycode",
        "idna",
        "unicode_escape",
        "raw_unicode_escape",
        "undefined",
        "mbcs",
        "",
        "x" * 999,
    ):
        with pytest.raises(InvalidInput, match="send UTF-8") as refused:
            codec_of(name)
        assert refused.value.code == "invalid-charset"
        assert len(refused.value.message) < 120


@pytest.mark.parametrize("charset", CHARSETS)
def test_each_of_them_is_text_and_decoded_in_linear_time(charset: str) -> None:
    codec = codec_of(charset)
    assert codecs.lookup(codec)._is_text_encoding
    for data in (b"a" * LENGTH, b"\xff" * LENGTH, b"\x1b$B" * LENGTH, b"\x81\x30" * LENGTH, b"-" * LENGTH):
        before = time.thread_time()
        data.decode(codec, "replace")
        assert time.thread_time() - before < 1
