"""What it costs to look at text that callers send: it grows with the text, never with its square.

All threads of a worker stand still while Python's regular expressions and conversions work, so a request whose cost
grows faster than its size would stop the server for everybody.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
import pytest

from zato.config.codec import decode as decode_item
from zato.core.errors import ZatoError
from zato.core.json import decode
from zato.service import elements
from zato.service.io_model import ElementModel
from zato.service.nested import Dict, DictList
from zato.service.request import HTTPRequest, Request
from zato.service.typed import TypedModel
from zato.serving.http.errors import error_body

LENGTH = 300_000
# A look at each character takes a hundredth of this, one at each pair of them over a minute
SECONDS = 2.0
ANSWER_BYTES_MAX = 64 * 1024

TEXTS = {
    "digits": "1" * LENGTH,
    "digits and a letter": "1" * LENGTH + "x",
    "a fraction": "0." + "1" * LENGTH + "x",
    "points": "." * LENGTH,
    "signs": "-" * LENGTH,
    "zeros": "0" * LENGTH + "1",
    "an exponent": "1e" + "9" * LENGTH,
    "exponents": "1e1" * (LENGTH // 3),
    "a small number that is huge": "1e999999999",
    "blanks": " " * LENGTH + "1",
    "blanks on both sides": " " * (LENGTH // 2) + "x" + " " * (LENGTH // 2),
    "a date with a long fraction": "2026-03-01T09:30:00." + "1" * LENGTH,
    "a duration": "P" + "1D" * (LENGTH // 2),
    "hyphens and digits": "1-" * (LENGTH // 2),
    "commas": "," * LENGTH,
    "braces": "{" * LENGTH,
    "places in messages": " - at `" * (LENGTH // 7),
    "places in messages, closed": "` - at `$." * (LENGTH // 10) + "`",
    "percent signs": "%" * LENGTH,
    "equal signs": "=" * LENGTH,
    "charsets": "charset" * (LENGTH // 7),
    "a charset of blanks": "text/plain; charset" + " " * LENGTH + "x",
    "backslashes": "\\" * LENGTH,
    "quotes": '"' * LENGTH,
}
ELEMENTS: list[type[elements.Elem]] = [
    elements.Text, elements.Int, elements.Float, elements.Decimal, elements.Bool, elements.Date, elements.DateTime,
    elements.UTC, elements.UUID, elements.List, elements.CSV, elements.AsIs,
]  # fmt: skip
TYPES: list[Any] = [
    str, int, float, bool, bytes, Decimal, date, datetime, timedelta, UUID, list[int], Literal["a", "b"],
    Annotated[str, msgspec.Meta(max_length=5)], dict[str, int],
]  # fmt: skip


@pytest.fixture(params=TEXTS)
def text(request: pytest.FixtureRequest) -> str:
    return TEXTS[request.param]


def cost(call: Callable[[], object]) -> float:
    """Seconds of the processor's time, which others on the machine have no part in; an error is an answer as well."""
    before = time.thread_time()
    try:
        call()
    except ZatoError as error:
        assert len(error_body(error, "c" * 32)) < ANSWER_BYTES_MAX
    return time.thread_time() - before


@pytest.mark.parametrize("element", ELEMENTS, ids=lambda one: one.__name__)
def test_a_declared_field(element: type[elements.Elem], text: str) -> None:
    model = ElementModel((element("value"),))
    assert cost(lambda: model.parse({"value": text}, {}, {})) < SECONDS
    assert cost(lambda: model.parse({}, {"value": text}, {})) < SECONDS
    nested = ElementModel((Dict("outer", element("value")), DictList("rows", element("value"))))
    assert cost(lambda: nested.parse({"outer": {"value": text}, "rows": [{"value": text}] * 3}, {}, {})) < SECONDS
    assert cost(lambda: model.render({"value": text})) < SECONDS


@pytest.mark.parametrize("name", ["plain", "id", "customer_id", "is_open"])
def test_a_name_without_a_type(name: str, text: str) -> None:
    assert cost(lambda: ElementModel((elements.element(name),)).parse({name: text}, {}, {})) < SECONDS


@pytest.mark.parametrize("declared", TYPES, ids=str)
def test_a_typed_message(declared: Any, text: str) -> None:
    outer = TypedModel(msgspec.defstruct("Outer", [("value", declared), ("rows", list[declared], [])]))
    assert cost(lambda: outer.parse({"value": text}, {}, {})) < SECONDS
    assert cost(lambda: outer.parse({"value": text, "rows": [text] * 3}, {}, {})) < SECONDS
    assert cost(lambda: outer.parse(None, {"value": text}, {})) < SECONDS
    assert cost(lambda: outer.parse(None, {}, {"value": text})) < SECONDS
    assert cost(lambda: TypedModel(list[declared]).parse([text], {}, {})) < SECONDS


def test_names_of_fields(text: str) -> None:
    @dataclass
    class Strict:
        value: int

    strict: Any = msgspec.defstruct("StrictStruct", [("value", int)], forbid_unknown_fields=True)
    for model in (TypedModel(Strict), TypedModel(strict), TypedModel(list[strict]), TypedModel(dict[str, int])):
        assert cost(lambda model=model: model.parse({text: text, "value": 1}, {}, {})) < SECONDS  # type: ignore[misc]
        assert cost(lambda model=model: model.parse([{text: 1}], {}, {})) < SECONDS  # type: ignore[misc]
        assert cost(lambda model=model: model.parse(None, {text: text}, {})) < SECONDS  # type: ignore[misc]


def test_json(text: str) -> None:
    as_text = msgspec.json.encode(text)
    for document in (as_text, text.encode(), b"[" + as_text + b"]", b'{"a":' + text.encode() + b"}"):
        assert cost(lambda document=document: decode(document)) < SECONDS  # type: ignore[misc]
    assert cost(lambda: decode(b"{" + as_text + b":1," + as_text + b":1}")) < SECONDS


@pytest.mark.parametrize(
    "document",
    [
        b"[" * LENGTH,
        b'{"a":' * (LENGTH // 5),
        b"[1,2" * (LENGTH // 4),
        b"1" * LENGTH,
        b"-" + b"1" * LENGTH,
        b"1." + b"1" * LENGTH,
        b"1e" + b"9" * LENGTH,
        b"[" + b"1e999," * (LENGTH // 6) + b"1]",
        b'"' + b"\\u0041" * (LENGTH // 6) + b'"',
        b'"' + b"\\" * LENGTH,
        b'"' + b"\\ud800" * (LENGTH // 6) + b'"',
        b" " * LENGTH,
        b"\xff" * LENGTH,
        b"{" + b",".join(b'"%d":1' % number for number in range(LENGTH // 8)) + b"}",
        b"[" + b",".join([b"1" * 4000] * (LENGTH // 4000)) + b"]",
    ],
    ids=lambda document: document[:8].decode("latin-1"),
)
def test_a_json_document(document: bytes) -> None:
    assert cost(lambda: Request(document, cid="c").payload) < SECONDS


def test_queries_and_forms(text: str) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    for sent in (text, f"a={text}", f"{text}=a", f"a={text}&a={text}", "a=1&" * (LENGTH // 4), "&" * LENGTH):
        assert cost(lambda sent=sent: HTTPRequest(query_string=sent).GET) < SECONDS  # type: ignore[misc]
        assert cost(lambda sent=sent: HTTPRequest(headers=headers, body=sent.encode()).POST) < SECONDS  # type: ignore[misc]


def test_content_types(text: str) -> None:
    for content_type in (text, f"text/plain;{text}", f"text/plain; charset={text}", f"application/{text}"):
        http = HTTPRequest(headers={"content-type": content_type}, body=b"x")
        request = Request(b"x", cid="c", http=http, is_json=False)
        assert cost(lambda request=request: request.payload) < SECONDS  # type: ignore[misc]


@pytest.mark.parametrize("kind", ["channel-rest", "security-basic", "server"])
def test_items_with_fields_that_do_not_exist(kind: str, text: str) -> None:
    many = {f"field{number}": 1 for number in range(LENGTH // 10)}
    similar = {f"servic{number}": text[:100] for number in range(LENGTH // 100)}
    for body in (many, similar, {text: text}, {"service": text, "path": text}):
        assert cost(lambda body=body: decode_item(kind, "name", body)) < SECONDS  # type: ignore[misc]


def test_what_is_wrong_is_counted_where_it_is_too_much_to_say() -> None:
    with pytest.raises(ZatoError) as refused:
        decode_item("channel-rest", "name", {f"field{number}": 1 for number in range(20_000)})
    details = msgspec.json.decode(error_body(refused.value, "c" * 32))["error"]["details"]
    assert details[0].startswith("field0: there is no such field")
    assert len(details) == 101
    assert details[-1] == "There are 19902 more findings like these."  # with the two fields that are missing


def test_an_error_says_a_bounded_part_of_what_it_was_given() -> None:
    with suppress(UnicodeError):
        body = error_body(ZatoError("m" * 10**6, details=("d" * 10**6,) * 1000), "c" * 32)
        assert len(body) < ANSWER_BYTES_MAX
        assert b"There are 900 more findings like these." in body
