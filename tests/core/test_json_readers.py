"""A document that is read at once has the value that it has for the reader that looks at every part of it."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from support.python_calls import python_calls
from zato.core.errors import InvalidInput
from zato.core.json import _UNREAD, _read_at_once, _read_strictly, decode

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)
# What documents are made of, so that few are valid and many nearly are
_PIECES = st.sampled_from(
    [
        *"{}[]:,\"\\0-' \t\n\x00\x0b\x7f\xe9\U0001f600\ufeff",
        *(
            '"a"',
            '"a":',
            '"b":',
            '":"',
            '\\"',
            "\\u003a",
            "\\u0061",
            "\\ud800",
            "/*",
            "NaN",
            "Infinity",
            "null",
            "true",
        ),
        *("1", ".5", "e5", "1e400", "-0", "1" * 30, "1.7976931348623159e308"),
    ]
)
# Members of few names, so that one is often there twice
_NAMES = st.sampled_from(['"a"', '"b"', '":"', '""', '"\\"a\\":"', '"\\u0061"'])
_NEARLY = st.recursive(
    _NAMES | st.sampled_from(["1", "null", "1.5", "[]", "{}"]),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda parts: f"[{', '.join(parts)}]")
        | st.lists(st.tuples(_NAMES, inner), max_size=3).map(
            lambda members: f"{{{','.join(f'{name} :{value}' for name, value in members)}}}"
        )
    ),
    max_leaves=10,
)


def _strictly(data: bytes) -> Any:
    try:
        return _read_strictly(data, "utf-8")
    except InvalidInput:
        return _UNREAD


def _same(one: Any, other: Any) -> bool:
    """Types, the sign of zero, and the order of members as well."""
    return repr(one) == repr(other)


@given(st.lists(_PIECES, max_size=12).map("".join) | _NEARLY)
@example('{"a":1,"a":2}')
@example('{"a":{"b":1,"b":":"},"c":"x"}')
@example('{"a":1,"a":"\\u003a"}')
@example('{"\\u0061":1,"a":":"}')
@example('[{"a":1,"a":2},":"]')
@example("[1e400]")
@example('["\\ud800"]')
def test_what_is_read_at_once_is_what_the_strict_reader_reads(text: str) -> None:
    data = text.encode()
    value = _read_at_once(data)
    if value is not _UNREAD:
        assert _same(value, _strictly(data))


@given(_VALUES, st.sampled_from([None, 1]), st.booleans())
def test_every_document_that_is_written_is_read_back(value: Any, indent: int | None, ascii_only: bool) -> None:
    data = json.dumps(value, indent=indent, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    assert _same(decode(data), value) if b"\\u" not in data else True
    assert _same(_read_at_once(data), value) or _read_at_once(data) is _UNREAD


@pytest.mark.parametrize("data", [b"\xff", b'"\xc3"', b'"\xed\xa0\x80"', b"\xef\xbb\xbf1", b"1\x00", b"", b" "])
def test_bytes_that_are_no_document_are_left_to_the_strict_reader(data: bytes) -> None:
    assert _read_at_once(data) is _UNREAD


def test_numbers_of_every_size_keep_their_value() -> None:
    for number in (
        2**63,
        2**64,
        -(2**63) - 1,
        10**40,
        sys.float_info.max,
        5e-324,
        -0.0,
        0.1 + 0.2,
        1e16,
        123456789.123,
    ):
        assert _same(decode(json.dumps([number]).encode()), [number])


def test_ordinary_documents_take_no_steps_in_python() -> None:
    rows = [{"id": number, "name": "Ann: she", "amount": 12.5, "of": None} for number in range(200)]
    data = json.dumps(rows).encode()
    assert python_calls(lambda: decode(data)) < 20
