"""Everything in which data does not fit a type."""

from __future__ import annotations

import datetime
import decimal
import time
import uuid
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any, Generic, Literal, NamedTuple, TypedDict, TypeVar

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta, Struct

from zato.core.mismatches import mismatches
from zato.core.validation_errors import ERRORS_MAX

SECONDS = 1.5


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Line(Struct, forbid_unknown_fields=True):
    sku: str
    count: Annotated[int, Meta(ge=1, description="How many.")]
    colour: Colour | None = None


class Card(Struct, tag="card"):
    number: str


class Cash(Struct, tag="cash"):
    amount: float


class Node(Struct):
    name: str
    children: list[Node] = []


class Size(TypedDict):
    width: int


class Point(NamedTuple):
    x: int


class Range(Struct):
    low: int
    high: int

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError("low is above high")


class Ranges(Struct):
    each: list[Range]


ItemT = TypeVar("ItemT")


class Page(Struct, Generic[ItemT]):
    items: list[ItemT]


class Order(Struct, rename="camel"):
    id: int
    order_lines: list[Line]
    kind: Literal["new", "old"]
    prices: dict[str, list[int]] = {}
    ship: Line | None = None
    paid: Card | Cash | None = None
    numbers: Annotated[list[int], Meta(max_length=3)] = []
    pair: tuple[int, str] = (1, "")
    names: frozenset[str] = frozenset()
    size: Size | None = None
    point: Point | None = None
    page: Page[int] | None = None
    at: Annotated[datetime.datetime, Meta(tz=True)] | None = None
    code: Annotated[str, Meta(pattern="^[A-Z]+$")] = "A"
    either: int | Literal["all"] = 1
    methods: tuple[Literal["GET", "POST"], ...] = ()
    price: decimal.Decimal | None = None
    key: uuid.UUID | None = None


GOOD: dict[str, Any] = {"id": 1, "orderLines": [], "kind": "new"}


def found(change: dict[str, Any], declared: Any = Order) -> list[str]:
    data = {**GOOD, **change} if declared is Order else change
    return [f"{each.path}: {each.reason}" for each in mismatches(data, declared).found]


def test_every_field_at_every_depth_is_named() -> None:
    lines = [{"sku": 1, "count": 0, "colour": "green"}, {"sku": "a", "count": 1, "x": 1}, 5]
    assert found({"id": "1", "orderLines": lines, "kind": "x", "prices": {"eur": [1, "b"], "usd": 4}}) == [
        "id: expected `int`, got `str`",
        "orderLines[0].sku: expected `str`, got `int`",
        "orderLines[0].count: expected `int` >= 1",
        "orderLines[0].colour: expected one of 'red', 'blue'",
        "orderLines[1].x: it is not known",
        "orderLines[2]: expected `object`, got `int`",
        "kind: expected one of 'new', 'old'",
        "prices.eur[1]: expected `int`, got `str`",
        "prices.usd: expected `array`, got `int`",
    ]
    assert found({}, Node) == ["name: it is missing"]
    assert found({"name": "a", "children": [{"name": 1}, {"children": [{}]}]}, Node) == [
        "children[0].name: expected `str`, got `int`",
        "children[1].name: it is missing",
        "children[1].children[0].name: it is missing",
    ]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"ship": {"sku": "a"}}, "ship.count: it is missing"),
        ({"paid": {"type": "cash", "amount": "1"}}, "paid.amount: expected `float`, got `str`"),
        ({"paid": {"type": "coin"}}, "paid.type: expected one of 'card', 'cash'"),
        ({"numbers": [1, 2, 3, 4]}, "numbers: expected `array` of length <= 3"),
        ({"numbers": [1, "2", 3, 4]}, "numbers[1]: expected `int`, got `str`"),
        ({"pair": [1, 2]}, "pair[1]: expected `str`, got `int`"),
        ({"pair": [1]}, "pair: expected `array` of length 2, got 1"),
        ({"names": ["a", 1]}, "names[1]: expected `str`, got `int`"),
        ({"size": {"width": "1"}}, "size.width: expected `int`, got `str`"),
        ({"size": {}}, "size.width: it is missing"),
        ({"page": {"items": [1, "a"]}}, "page.items[1]: expected `int`, got `str`"),
        ({"at": "2027-01-01T00:00:00"}, "at: expected `datetime` with a timezone component"),
        ({"code": "a"}, "code: expected `str` matching regex '^[A-Z]+$'"),
        ({"either": "none"}, "either: expected one of 'all'"),
        ({"methods": ["GET", "PUT"]}, "methods[1]: expected one of 'GET', 'POST'"),
        ({"methods": "GET"}, "methods: expected `array`, got `str`"),
        ({"price": "x"}, "price: invalid decimal string"),
        ({"key": "x"}, "key: invalid UUID"),
        ({"point": [1, 2]}, "point: expected `array` of length 1, got 2"),
    ],
)
def test_what_is_wrong_is_said_of_the_part_that_is(change: dict[str, Any], expected: str) -> None:
    assert found(change) == [expected]


def test_text_from_a_query_is_converted_as_msgspec_does() -> None:
    class Query(Struct):
        limit: Annotated[int, Meta(le=10)]
        deep: bool = False

    text = {"limit": "11", "deep": "maybe"}
    wrong = mismatches(text, Query, strict=False).found
    assert [(each.path, each.reason) for each in wrong] == [
        ("limit", "expected `int` <= 10"),
        ("deep", "expected `bool`, got `str`"),
    ]


def test_what_is_wrong_with_a_whole_is_said_where_its_parts_are_right() -> None:
    assert found({"each": [{"low": 1, "high": 2}, {"low": 2, "high": 1}]}, Ranges) == ["each[1]: low is above high"]


LARGE: dict[str, Callable[[], dict[str, Any]]] = {
    "numbers": lambda: {"numbers": [1] * 1_000_000 + ["x"]},
    "objects": lambda: {"orderLines": [{"sku": "a", "count": 1}] * 300_000 + ["x"]},
    "no objects": lambda: {"orderLines": ["x"] * 1_000_000},
    "unknown fields": lambda: {"orderLines": [{"sku": "a", "count": 1} | {f"x{n}": 1 for n in range(500_000)}]},
    "keys": lambda: {"prices": {f"x{number}": [1] for number in range(300_000)} | {"y": "z"}},
    "text": lambda: {"names": ["a" * 1_000_000, 1]},
}
"""Made by the test that wants it: whoever only lists the tests does not pay for them."""


@pytest.mark.parametrize("change", LARGE)
def test_it_takes_no_longer_and_says_no_more_than_it_may(change: str) -> None:
    data = {**GOOD, **LARGE[change]()}
    started = time.process_time()
    wrong = mismatches(data, Order)
    assert time.process_time() - started < SECONDS
    assert 1 <= len(wrong.found) <= ERRORS_MAX + 1
    assert sum(len(each.path) + len(each.reason) for each in wrong.found) < 20_000


def test_deep_nesting_is_given_up_and_something_is_said() -> None:
    data: dict[str, Any] = {"name": 5}
    for _ in range(150):
        data = {"name": "a", "children": [data]}
    (wrong,) = mismatches(data, Node).found
    assert wrong.path.endswith(".name")
    assert wrong.reason == "expected `str`, got `int`"


anything = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=3) | st.sampled_from(["GET", "red", "new"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["sku", "count", "colour", "x", "name", "children", "type"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)
orders = st.fixed_dictionaries({}, optional={field.encode_name: anything for field in msgspec.structs.fields(Order)})


@given(orders)
def test_something_is_said_of_all_that_msgspec_refuses_and_each_of_it_is_wrong(data: dict[str, Any]) -> None:
    try:
        msgspec.convert(data, Order)
    except msgspec.ValidationError:
        assert mismatches(data, Order).found
