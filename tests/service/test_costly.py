"""Messages that fit their type, and are chosen so that Python takes the square of their size, or longer, for them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import pytest

from zato.core.errors import InvalidInput
from zato.service.typed import TypedModel

# Python's hash of an integer is what is left of it after division by this
_MODULUS = 2**61 - 1
_MANY = 3000
_SECONDS = 0.5


class Pair(msgspec.Struct, frozen=True):
    left: int
    right: str = ""


class Inner(msgspec.Struct):
    price: Decimal
    more: list[Decimal] = []


class Order(msgspec.Struct, rename="camel"):
    unit_price: Decimal | None = None
    inner_parts: list[Inner] = []
    by_name: dict[str, Decimal] = {}


@dataclass
class Several:
    ids: set[UUID] | None = None
    numbers: frozenset[int] = frozenset()
    names: frozenset[str] = frozenset()


def _alike(number: int = _MANY) -> list[int]:
    return [each * _MODULUS for each in range(1, number + 1)]


def _uuids(number: int = _MANY) -> list[str]:
    return [str(UUID(int=each)) for each in _alike(number)]


@pytest.mark.parametrize(
    ("declared", "data"),
    [
        (set[int], _alike()),
        (frozenset[UUID], _uuids()),
        (set[Decimal], [str(each) for each in _alike()]),
        (set[int | str], _alike()),
        (set, _alike()),
        (dict[UUID, int], dict.fromkeys(_uuids(), 1)),
        (dict[Decimal, int], dict.fromkeys(map(str, _alike()), 1)),
        (dict[int, int], dict.fromkeys(map(str, _alike()), 1)),
        (set[tuple[int, str]], [[each, "x"] for each in _alike()]),
        (set[Pair], [{"left": each} for each in _alike()]),
        (set[frozenset[int]], [[each] for each in _alike()]),
        (set[frozenset[int]], [_alike()]),
        (Several, {"ids": _uuids()}),
        (Several, {"numbers": _alike()}),
        (list[Several], [{}, {"ids": _uuids()}]),
    ],
    ids=lambda value: str(value)[:40],
)
def test_values_of_one_hash_are_refused_before_they_are_compared(declared: Any, data: Any) -> None:
    before = time.thread_time()
    with pytest.raises(InvalidInput, match="different values of one hash") as refused:
        TypedModel(declared).parse(data, {}, {})
    assert time.thread_time() - before < _SECONDS
    assert refused.value.status == 400


def test_ordinary_values_are_taken_however_many_and_however_often() -> None:
    assert len(TypedModel(set[int]).parse(list(range(20_000)), {}, {})) == 20_000
    assert TypedModel(set[int]).parse([7] * 1000, {}, {}) == {7}
    assert TypedModel(set[str]).parse([str(each) for each in _alike()], {}, {}) == {str(each) for each in _alike()}
    given = TypedModel(Several).parse(
        {"ids": [str(UUID(int=each)) for each in range(1000)], "names": ["a"] * 500}, {}, {}
    )
    assert (len(given.ids), given.names) == (1000, {"a"})
    assert len(TypedModel(set[int]).parse(_alike(100), {}, {})) == 100


@pytest.mark.parametrize("text", ["1e999999999", "1e-999999999", "9" * 100_000, "1e10000", "NaN", "Infinity", "sNaN"])
@pytest.mark.parametrize(
    ("made", "path"),
    [
        (lambda text: {"unitPrice": text}, "unitPrice"),
        (lambda text: {"innerParts": [{"price": "1"}, {"price": text}]}, "innerParts[1].price"),
        (lambda text: {"innerParts": [{"price": "1", "more": [text]}]}, "innerParts[0].more[0]"),
        (lambda text: {"byName": {"a": text}}, "byName.a"),
    ],
)
def test_decimals_that_take_minutes_to_calculate_with_are_refused_by_name(made: Any, path: str, text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        TypedModel(Order).parse(made(text), {}, {})
    assert f"The field '{path}' is not valid: must be a " in refused.value.details[0]


def test_a_decimal_in_a_query_is_looked_at_as_well() -> None:
    with pytest.raises(InvalidInput) as refused:
        TypedModel(Order).parse(None, {"unitPrice": "1e999999999"}, {})
    assert "'unitPrice'" in refused.value.details[0]


def test_ordinary_decimals_keep_every_digit() -> None:
    text = "0." + "1" * 4000
    order = TypedModel(Order).parse({"unitPrice": text, "byName": {"a": "1e100"}}, {}, {})
    assert (str(order.unit_price), order.by_name) == (text, {"a": Decimal("1e100")})
