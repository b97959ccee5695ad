"""Conversions between what callers send and what services see, with generated values."""

from __future__ import annotations

import json
import math
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zato.service import conversions as to

ALL = [
    to.to_int, to.to_float, to.to_decimal, to.to_bool, to.to_text, to.to_date, to.to_datetime, to.to_utc, to.to_uuid,
    to.to_list, to.to_csv,
]  # fmt: skip

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.from_regex(r"[-+0-9.eETZ: ]{0,30}"),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(json_values)
def test_whatever_is_sent_is_converted_or_refused_with_a_reason_that_does_not_repeat_it(value: Any) -> None:
    for convert in ALL:
        try:
            convert(value)
        except ValueError as error:
            assert str(error).startswith("must be ")
            if isinstance(value, str) and len(value) > 20:
                assert value not in str(error)


def test_what_surrounds_a_number_does_not_matter_if_it_is_blank() -> None:
    for blank in " \t\x1f\u2009":
        assert to.to_int(f"{blank}7{blank}") == 7
        assert to.to_float(f"{blank}7.5{blank}") == 7.5
        assert to.to_decimal(f"{blank}7.5{blank}") == Decimal("7.5")


@given(st.integers())
def test_integers_survive_as_numbers_and_as_text(number: int) -> None:
    assert to.to_int(number) == number
    assert to.to_int(f" {number} ") == number


@given(st.integers(min_value=-(2**53), max_value=2**53))
def test_a_float_without_a_fraction_is_an_integer(number: int) -> None:
    assert to.to_int(float(number)) == number
    assert to.to_int(Decimal(number)) == number


@pytest.mark.parametrize(
    "value",
    [True, 5.5, "5.0", "", "x", "1e3", "٣", "0x10", "1_000", [], {}, math.nan, math.inf, Decimal("NaN"), "9" * 5000],
)
def test_what_is_no_integer_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="must be an integer"):
        to.to_int(value)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_survive_as_numbers_and_as_text(number: float) -> None:
    assert to.to_float(number) == number
    assert to.to_float(str(number)) == number


@pytest.mark.parametrize("value", ["nan", "inf", "-Infinity", "1e999", 10**400, True, math.nan, "", "1_0", None, []])
def test_what_is_no_finite_number_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="must be a number"):
        to.to_float(value)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6))
def test_decimals_keep_every_digit(number: Decimal) -> None:
    assert to.to_decimal(str(number)) == number


@pytest.mark.parametrize("value", ["NaN", "sNaN", "Infinity", Decimal("Infinity"), True, "1,5", math.inf, []])
def test_what_is_no_decimal_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="decimal number"):
        to.to_decimal(value)


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        (True, True),
        (False, False),
        (1, True),
        (0, False),
        ("TRUE", True),
        (" yes ", True),
        ("off", False),
        ("0", False),
    ],
)
def test_words_for_true_and_false(sent: Any, meant: bool) -> None:
    assert to.to_bool(sent) is meant


@pytest.mark.parametrize("value", ["maybe", "", 2, [], None])
def test_what_is_neither_true_nor_false_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="must be true or false"):
        to.to_bool(value)


@given(st.dates())
def test_dates_survive_as_text(day: date) -> None:
    assert to.to_date(day.isoformat()) == day


at_any_offset = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
offsets = st.one_of(st.none(), at_any_offset)


@given(
    st.datetimes(min_value=datetime(2, 1, 1), max_value=datetime(9998, 1, 1), timezones=st.one_of(st.none(), offsets))
)
def test_moments_survive_as_text_and_in_utc_are_the_same_moment(moment: datetime) -> None:
    assert to.to_datetime(moment.isoformat()) == moment
    in_utc = to.to_utc(moment.isoformat())
    assert in_utc.tzinfo is UTC
    assert in_utc == (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC))


def test_a_moment_that_utc_cannot_name_is_refused() -> None:
    with pytest.raises(ValueError, match="must be a date and time"):
        to.to_utc("0001-01-01T00:00:00+02:00")


@given(st.uuids())
def test_uuids_survive_as_text(value: UUID) -> None:
    assert to.to_uuid(str(value)) == value


@given(st.integers() | st.floats(allow_nan=False) | st.text())
def test_numbers_become_text_that_reads_the_same_in_json(value: Any) -> None:
    text = to.to_text(value)
    assert text == value if isinstance(value, str) else json.loads(text) == value if math.isfinite(value) else True


@pytest.mark.parametrize("value", [True, [], {}, None])
def test_what_is_no_text_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="must be text"):
        to.to_text(value)


def test_one_value_is_a_list_of_one_and_an_object_is_no_list() -> None:
    assert to.to_list("a") == ["a"]
    with pytest.raises(ValueError, match="must be a list"):
        to.to_list({})


def test_text_with_commas_becomes_a_list() -> None:
    assert to.to_csv("a, b,,c ") == ["a", "b", "", "c"]
    assert to.to_csv("  ") == []
