"""What is taken and sent is what the document says, for each type that can be declared."""

from __future__ import annotations

import datetime
import decimal
import enum
import json
import uuid
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, NamedTuple, TypedDict

import jsonschema_rs
import msgspec
import pytest

from zato.core.errors import InvalidInput
from zato.deployment.loader.loaded import ServiceEntry
from zato.openapi.standalone import input_schema, output_schema
from zato.server.service import Service
from zato.service.io import io_of
from zato.testing import ServiceTestClient


class Colour(enum.Enum):
    RED = "red"


class Level(enum.IntEnum):
    LOW = 1


class Point(NamedTuple):
    x: int
    y: int = 0


class Partial(TypedDict, total=False):
    a: int


class Line(msgspec.Struct, rename="camel"):
    item_name: str
    count: int = 1


class Row(msgspec.Struct, array_like=True):
    a: int
    b: str


class Cat(msgspec.Struct, tag=True):
    lives: int


class Dog(msgspec.Struct, tag=True):
    name: str


class Tree(msgspec.Struct):
    value: int
    branches: list[Tree] = []


@dataclass
class Order:
    a: int
    b: list[int] = field(default_factory=list)
    c: str | None = None


TYPES: list[Any] = [
    *(str, int, float, bool, Any, dict, list, bytes),
    *(decimal.Decimal, datetime.date, datetime.datetime, datetime.time, datetime.timedelta, uuid.UUID),
    *(dict[str, int], dict[int, str], dict[Colour, int], dict[str, Line], list[int], list[list[int]], list[int | None]),
    *(tuple[int, str], tuple[int, ...], set[int], int | None, str | None, int | str, float | str | None, list[Any]),
    *(Literal["a", "b"], Literal[1, "a", None], Colour, Level, Colour | None, list[Colour], datetime.date | None),
    *(Annotated[int, msgspec.Meta(ge=0, le=10)], Annotated[str, msgspec.Meta(max_length=3, pattern="^a")]),
    *(Point, Partial, Line, Row, Cat | Dog, Tree, Order, list[Line], list[Order], Line | None, list[int] | str),
]
# Text, one of each form that a type has
TEXTS = (
    *("", "5", "a", "abc", "red", "2026-01-02", "2026-01-02T03:04:05Z", "03:04:05Z", "PT3600S"),
    *("12345678-1234-5678-1234-567812345678", "aGVsbG8=", "x\x00y", "\u00fc", "null"),
)
VALUES: list[Any] = [
    *(None, True, False, 0, 1, 5, 11, -1, 1.5, 10**20, *TEXTS),
    *([], [1], ["a"], [1, "a"], [1, 2, 3], [None], [[1]], [True], ["red"]),
    *({}, {"a": 1}, {"a": "x"}, {"a": None}, {"1": "x"}, {"red": 1}, {"x": 1}, {"itemName": "q"}, {"item_name": "q"}),
    *({"type": "Cat", "lives": 9}, {"type": "Dog", "name": "r"}, {"type": "Cow"}, {"lives": 9}, {"value": 1}),
    *({"value": 1, "branches": [{"value": 2}]}, {"a": 1, "b": [1]}, {"a": 1, "b": ["1"]}, {"x": {"itemName": "a"}}),
    *([{"itemName": "a"}], [{"a": 1}]),
]
# What the document does not say: which form text of these types has, and which names members may have
UNSAID: dict[Any, type] = {
    **dict.fromkeys((decimal.Decimal, datetime.datetime, datetime.time, bytes), str),
    **dict.fromkeys((dict[int, str], dict[Colour, int]), dict),
}


@pytest.mark.parametrize("declared", TYPES, ids=str)
def test_what_is_taken_and_sent_is_what_the_document_says(declared: Any) -> None:
    class Echo(Service):
        input = declared
        output = declared

        def handle(self) -> None:
            self.response.payload = self.request.input

    client = ServiceTestClient()
    entry = ServiceEntry("echo", Echo, "demo", "demo.py", 1, *io_of(Echo))
    documents = (input_schema(entry) or {}, output_schema(entry) or {})
    taken, sent = (jsonschema_rs.validator_for(one, validate_formats=True) for one in documents)
    found = 0
    for value in VALUES:
        try:
            response = client.invoke(Echo, json.dumps(value))
        except InvalidInput:
            assert not taken.is_valid(value) or isinstance(value, UNSAID.get(declared, ())), value
            continue
        found += 1
        is_number = declared is decimal.Decimal and type(value) in {int, float}  # taken as many clients send it
        is_nothing = value is None and declared is Partial  # no message is one without fields
        assert taken.is_valid(value) or is_number or is_nothing, value
        if declared is not bytes:
            assert sent.is_valid(json.loads(response.body)), (value, response.body)
    assert found
