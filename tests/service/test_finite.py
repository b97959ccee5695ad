"""Numbers that JSON cannot write are found wherever they are, without looking at each value in Python."""

from __future__ import annotations

import enum
import math
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.python_calls import python_calls
from zato.service.costly import Costly
from zato.service.finite import not_finite, surely_finite
from zato.service.typed import TypedModel

WRONG = [math.nan, math.inf, -math.inf, Decimal("NaN"), Decimal("sNaN"), Decimal("-Infinity")]
# Each bit of a quiet and a signalling NaN, which are 2**53 - 2 values
ODD_NANS = [struct.unpack(">d", bytes.fromhex(each))[0] for each in ("7ff0000000000001", "fff4000000000000", "ff" * 8)]
FINITE = [0.0, -0.0, sys.float_info.max, -sys.float_info.max, sys.float_info.min, 5e-324, Decimal("1E-999"), Decimal(7)]


class Line(msgspec.Struct):
    price: Any
    note: str | None = None


@dataclass
class Part:
    weight: Any


class FloatColour(float, enum.Enum):
    NONE = math.nan


PLACES: list[Callable[[Any], Any]] = [
    lambda number: number,
    lambda number: [1, "two", number],
    lambda number: {"a": {"b": [None, number]}},
    lambda number: {number: "a name"},
    lambda number: (1.5, number),
    lambda number: {number},
    lambda number: [Line(1.0), Line(number, "null")],
    lambda number: Part([Line(number)]),
]


@pytest.mark.parametrize("place", PLACES)
def test_a_number_that_is_not_finite_is_found_in_every_place(place: Callable[[Any], Any]) -> None:
    for number in [*WRONG, *ODD_NANS]:
        if isinstance(number, Decimal) and number.is_snan() and place in (PLACES[3], PLACES[5]):
            continue  # it cannot be hashed
        assert not surely_finite(place(number))
        assert list(not_finite(place(number)))
    for number in FINITE:
        assert surely_finite(place(number))
        assert not list(not_finite(place(number)))


_ANY = st.recursive(
    st.floats() | st.decimals() | st.text() | st.binary() | st.integers() | st.none(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.floats(), inner) | st.builds(Line, inner, st.text()),
)


@given(_ANY)
def test_nothing_is_surely_finite_in_which_one_is_found(value: Any) -> None:
    if surely_finite(value):
        assert not list(not_finite(value))


def test_what_cannot_be_told_is_not_sure() -> None:
    for value in (2**70, object(), "\ud800", FloatColour.NONE, Decimal("1E+400")):
        assert not surely_finite(value)


@given(
    st.integers(-12_000, 12_000), st.integers(1, 5_000), st.sampled_from(("", "-")), st.sampled_from("19")
)  # as Decimal is made of them
def test_a_decimal_is_refused_for_its_digits_and_exponent(exponent: int, digits: int, sign: str, digit: str) -> None:
    number = Decimal(f"{sign}{digit * digits}E{exponent}")
    refused = digits > 4096 or abs(exponent) > 9999
    costly = Costly(msgspec.inspect.type_info(list[Decimal]))
    assert (costly.after([Decimal(1), number]) is not None) == refused


class _Row(msgspec.Struct):
    name: str
    price: float
    cost: Decimal | None = None


def test_how_long_a_message_is_makes_no_steps_in_python() -> None:
    model = TypedModel(list[_Row])

    def calls(rows: int) -> int:
        message = [{"name": "a", "price": 1.25, "cost": "1.10"}] * rows
        return python_calls(lambda: model.parse(message, {}, {}))

    assert calls(1000) < 40  # some of the garbage collector's
