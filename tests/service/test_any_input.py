"""Whatever is sent, a service sees what it declared, or the caller is told what is wrong."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.service_runs import call
from zato.core.errors import InvalidInput
from zato.server.service import CSV, UTC, UUID, AsIs, Bool, Date, Decimal, Dict, DictList, Float, Int, List, Service

NAMES = "name", "count", "weight", "price", "open", "day", "moment", "key", "tags", "codes", "any", "at", "rows", "id"


class Line(msgspec.Struct):
    name: str
    count: int


class Typed(msgspec.Struct):
    name: str
    count: int = 0
    weight: float | None = None
    moment: datetime | None = None
    tags: list[int] = []
    rows: list[Line] = []
    open: bool = False


@dataclass
class Data:
    name: str
    count: int | None = None
    rows: dict[str, Line] | None = None


class ByElements(Service):
    input = (
        "-name", Int("-count"), Float("-weight"), Decimal("-price"), Bool("-open"), Date("-day"), UTC("-moment"),
        UUID("-key"), List("-tags"), CSV("-codes"), AsIs("-any"), Dict("-at", Int("-count")), DictList("-rows", "name"),
        "-id",
    )  # fmt: skip

    def handle(self) -> None:
        self.response.payload = self.request.input


class ByStruct(Service):
    input = Typed
    output = Typed

    def handle(self) -> None:
        assert isinstance(self.request.input, Typed)
        self.response.payload = self.request.input


class ByDataclass(Service):
    input = Data
    output = Data

    def handle(self) -> None:
        assert isinstance(self.request.input, Data)
        self.response.payload = self.request.input


class Undeclared(Service):
    def handle(self) -> None:
        self.response.payload = [self.request.payload, self.request.input]


scalars = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
    | st.sampled_from(["5", "true", "2026-03-01", "2026-03-01T10:00:00Z", "1.5", "", " ", "a,b"])
)  # fmt: skip
values = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(NAMES) | st.text(), inner)
)
messages = st.dictionaries(st.sampled_from(NAMES), values) | values
queries = st.dictionaries(st.sampled_from(NAMES), st.text() | st.integers() | st.lists(st.text(), max_size=3))


@pytest.mark.parametrize("service", [ByElements, ByStruct, ByDataclass, Undeclared])
@given(body=messages, query=queries)
def test_any_json_and_any_query_is_taken_or_refused(service: type[Service], body: Any, query: dict[str, Any]) -> None:
    raw = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
    try:
        json.loads(call(service, raw, query=urlencode(query, doseq=True), params={"id": "5"}).body)
    except InvalidInput as error:
        assert error.message.endswith(".")
        assert error.status == 400


@pytest.mark.parametrize("service", [ByElements, ByStruct, ByDataclass, Undeclared])
@given(body=st.binary(), query=st.text(st.characters(max_codepoint=255)))
def test_any_bytes_are_taken_or_refused(service: type[Service], body: bytes, query: str) -> None:
    try:
        call(service, body, query=query)
    except InvalidInput as error:
        assert error.message.endswith(".")


@pytest.mark.parametrize("service", [ByElements, ByStruct, ByDataclass])
@pytest.mark.parametrize("depth", [100, 400, 900])
def test_deep_nesting_is_taken_or_refused(service: type[Service], depth: int) -> None:
    raw = b'{"name": "a", "any": ' + b'{"any": [' * depth + b"1" + b"]}" * depth + b"}"
    try:
        call(service, raw)
    except InvalidInput as error:
        assert error.code == "invalid-json"
