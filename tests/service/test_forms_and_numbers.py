"""Fields of forms, which are text, names of members, and numbers that JSON does not have, for declared types."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from support.service_runs import Answer, call, echo
from zato.core.errors import InvalidInput
from zato.server.service import InvalidOutput, Service
from zato.service.io import io_of

FORM = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}


class Level(enum.IntEnum):
    LOW = 1


class Order(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    count: int
    is_paid: bool = False
    sizes: list[int] = []
    level: Level | None = None
    price: Decimal | None = None
    weight: float | None = None
    note: str = ""


@dataclass
class Stock:
    counts: dict[int, int]
    rates: dict[Level, float] | None = None


def form(text: str, query: str = "") -> Answer:
    return call(echo(Order), text.encode(), headers=FORM, query=query)


def test_fields_of_a_form_are_converted_from_text() -> None:
    answer = form("count=5&is_paid=true&sizes=1&sizes=2&level=1&price=1.10&weight=0.5&note=5")
    expected = {"is_paid": True, "sizes": [1, 2], "level": 1, "price": "1.10", "weight": 0.5, "note": "5"}
    assert answer.json == {"count": 5, **expected}
    assert form("count=5&sizes=1&level=&note=").json["sizes"] == [1]
    assert form("count=5", query="count=7").json["count"] == 7


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("count=many", "The field 'count' is not valid: expected int, got str."),
        ("count=5&sizes=1&sizes=x", "The field 'sizes[1]' is not valid: expected int, got str."),
        ("sizes=1", "The field 'count' is missing."),
        ("count=5&other=1", "The field 'other' is not known."),
        ("count=5&weight=nan", "The field 'weight' is not valid: must be a finite number."),
    ],
)
def test_what_is_wrong_with_a_form_is_named(text: str, finding: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        form(text)
    assert caught.value.details == (finding,)


@pytest.mark.parametrize("number", ["NaN", "sNaN", "Infinity", "-inf"])
def test_every_number_that_is_taken_is_finite(number: str) -> None:
    expected = "The field 'price' is not valid: must be a finite decimal number."
    for body, query in (({"count": 1, "price": number}, ""), ({"count": 1}, f"price={number}")):
        with pytest.raises(InvalidInput) as caught:
            call(echo(Order), body, query=query)
        assert caught.value.details == (expected,)
    with pytest.raises(InvalidInput, match="The message is not valid: must be a finite decimal number"):
        call(echo(Decimal), number)


@pytest.mark.parametrize(
    ("declared", "payload", "where"),
    [
        (Order, {"count": 1, "weight": float("nan")}, "'weight'"),
        (list[Order], [{"count": 1}, {"count": 1, "price": Decimal("inf")}], "'[1].price'"),
        (dict[str, float], {"a": float("-inf")}, "'a'"),
        (Stock, Stock({}, {Level.LOW: float("inf")}), "'rates.1'"),
        (float, float("nan"), "The output"),
    ],
)
def test_every_number_that_is_sent_is_finite(declared: Any, payload: Any, where: str) -> None:
    class Sends(Service):
        output = declared

        def handle(self) -> None:
            self.response.payload = payload

    with pytest.raises(InvalidOutput, match="must be a finite number") as caught:
        call(Sends)
    assert where in caught.value.message


def test_names_of_members_are_converted_to_the_declared_type() -> None:
    message = {"counts": {"7": 1, "-8": 2}, "rates": {"1": 0.5}}
    assert call(echo(Stock), message).json == message
    assert call(echo(dict[int, str]), {"5": "a"}).json == {"5": "a"}


def test_names_of_members_that_are_not_valid_are_named_at_every_depth() -> None:
    with pytest.raises(InvalidInput) as caught:
        call(echo(Stock), {"counts": {"x": 1, "7": "y"}, "rates": {"2": 0.5}})
    assert caught.value.details == (
        "The field 'counts.x' is not valid: its name is not valid: expected int, got str.",
        "The field 'counts.7' is not valid: expected int, got str.",
        "The field 'rates.2' is not valid: its name is not valid: expected one of 1.",
    )


def test_json_that_nothing_has_read_is_no_input() -> None:
    class Takes(Service):
        input = list[msgspec.Raw]

    with pytest.raises(InvalidInput, match=r"msgspec\.Raw") as caught:
        io_of(Takes)
    assert caught.value.code == "invalid-declaration"
