"""What reading a JSON document takes: known before it is read, and bounded."""

from __future__ import annotations

import gc
import json
import tracemalloc

import pytest

from zato.core.errors import InvalidInput, TooLarge
from zato.core.json import MEMORY_BYTES_MAX, decode, memory_of

LENGTH = 300_000
DOCUMENTS = {
    "lists": b"[" + b"[]," * (LENGTH // 3) + b"[]]",
    "objects": b"[" + b"{}," * (LENGTH // 3) + b"{}]",
    "objects of one member": b"[" + b'{"":0},' * (LENGTH // 7) + b"{}]",
    "objects of one list": b"[" + b'{"a":[]},' * (LENGTH // 9) + b"{}]",
    "objects in objects": b"[" + b'{"":{"":{"":{"":{"":0}}}}},' * (LENGTH // 26) + b"{}]",
    "numbers": b"[" + b"1000," * (LENGTH // 5) + b"1]",
    "digits": b"[" + b"1," * (LENGTH // 2) + b"1]",
    "fractions": b"[" + b"0.5," * (LENGTH // 4) + b"1]",
    "words": b"[" + b'"ab",' * (LENGTH // 5) + b"1]",
    "members": b"{" + b",".join(b'"%x":1' % number for number in range(LENGTH // 9)) + b"}",
    "members with lists": b"{" + b",".join(b'"%x":[]' % number for number in range(LENGTH // 10)) + b"}",
    "text": b'"' + b"a" * LENGTH + b'"',
    "wide text": b'"' + "\U0001f600".encode() + b"a" * LENGTH + b'"',
    "wide text, escaped": b'"\\ud83d\\ude00' + b"a" * LENGTH + b'"',
    "escapes": b'"' + b"\\u4e00" * (LENGTH // 6) + b'"',
    "rows": json.dumps([{"id": n, "name": f"Customer {n}", "amount": 12.5} for n in range(LENGTH // 50)]).encode(),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_estimate_is_never_too_low(name: str) -> None:
    document = DOCUMENTS[name]
    gc.collect()
    tracemalloc.start()
    try:
        value = decode(document)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    del value
    assert most <= memory_of(document) <= 12 * most


def test_text_is_not_taken_for_many_values() -> None:
    assert memory_of(json.dumps({"text": "word " * 100_000}).encode()) < 4 * 500_000


def test_what_would_take_too_much_memory_is_not_read() -> None:
    document = b"[" + b'{"":0},' * (MEMORY_BYTES_MAX // 300) + b"{}]"
    tracemalloc.start()
    try:
        with pytest.raises(TooLarge, match="send it in parts"):
            decode(document)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 1_000_000


@pytest.mark.parametrize("depth", [1, 400, 500])
def test_what_is_nested_within_the_limit_is_read(depth: int) -> None:
    assert decode(b"[" * depth + b"]" * depth) is not None
    assert decode(b'{"a":' * (depth - 1) + b"{}" + b"}" * (depth - 1)) is not None


@pytest.mark.parametrize("depth", [502, 900, 5_000, 100_000])
@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}"), (b'[{"a":', b"}]")])
def test_what_is_nested_beyond_it_is_refused(depth: int, opening: bytes, closing: bytes) -> None:
    document = opening * depth + b"1" + closing * depth
    with pytest.raises(InvalidInput, match="nested too deeply"):
        decode(document)
    with pytest.raises(InvalidInput, match="nested too deeply"):
        decode(b'{"wide":[' + b"[]," * 1000 + b'[]],"deep":' + document + b"}")
