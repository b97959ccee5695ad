"""From what callers send to Python values: each function returns the value or raises ValueError with "must be ...".

The messages never contain the value itself: it may be a password.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from math import inf, isfinite
from typing import Any
from uuid import UUID

_DIGITS_MAX = 4000  # Python itself refuses text of more than 4,300
# Longer text is no number, date and so on, whatever is in it: it is refused before anything else looks at it
_NUMBER_LENGTH_MAX = 4096
_WORD_LENGTH_MAX = 128
_EXPONENT_MAX = 9999  # as in _NUMBER
# No two parts of these can match the same characters, so that matching takes one look at each of them
_INTEGER = re.compile(r"[+-]?[0-9]{1,4000}")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
_YEAR_FIRST = re.compile(r"[0-9]{4}-?[0-9W]")
_TRUE = frozenset({"true", "yes", "on", "y", "t", "1"})
_FALSE = frozenset({"false", "no", "off", "n", "f", "0"})


def to_int(value: Any) -> int:
    """5, "5", " 5 " and 5.0; not true, not 5.5."""
    if type(value) is int:
        return value
    if isinstance(value, str) and _INTEGER.fullmatch(text := _stripped(value, _NUMBER_LENGTH_MAX)):
        return int(text)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, int | Decimal) and not isinstance(value, bool) and _is_whole(Decimal(value)):
        return int(value)
    raise ValueError("must be an integer")


def to_float(value: Any) -> float:
    """Any finite number, also as text; an integer too large for a float is refused."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise ValueError("must be a number")
    if isinstance(value, str):
        value = _stripped(value, _NUMBER_LENGTH_MAX)  # of more than float() strips
        if not _NUMBER.fullmatch(value):
            raise ValueError("must be a number")
    try:
        number = float(value)
    except OverflowError:
        number = inf
    if not isfinite(number):
        raise ValueError("must be a number of a size that fits")
    return number


def to_decimal(value: Any) -> Decimal:
    """A finite decimal number; text keeps every digit, a JSON number has those that a float keeps."""
    try:
        if isinstance(value, Decimal):
            number = value
        elif isinstance(value, int | float) and not isinstance(value, bool):
            number = Decimal(_written(value, "must be a decimal number"))
        elif isinstance(value, str) and _NUMBER.fullmatch(text := _stripped(value, _NUMBER_LENGTH_MAX)):
            number = Decimal(text)
        else:
            raise ValueError("must be a decimal number")
    except InvalidOperation:
        raise ValueError("must be a decimal number") from None
    if not number.is_finite():
        raise ValueError("must be a finite decimal number")
    return number


def check_decimal(number: Decimal) -> None:
    """Raises ValueError for one that calculating with could take minutes, or that is no number."""
    if not number.is_finite():
        raise ValueError("must be a finite decimal number")
    digits, exponent = number.as_tuple()[1:]
    if len(digits) > _NUMBER_LENGTH_MAX or abs(int(exponent)) > _EXPONENT_MAX:
        raise ValueError(
            f"must be a decimal number of at most {_NUMBER_LENGTH_MAX} digits, whose exponent has at most four"
        )


def to_bool(value: Any) -> bool:
    """true and false, 1 and 0, and the words true yes on y t, false no off n f in any case."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        word = _stripped(value, _WORD_LENGTH_MAX).lower()
        if word in _TRUE:
            return True
        if word in _FALSE:
            return False
    elif isinstance(value, int | float) and value in (0, 1):
        return bool(value)
    raise ValueError("must be true or false")


def to_text(value: Any) -> str:
    """Text as it is, a number, date or UUID written as text; not true or false, a list or an object."""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float | Decimal | UUID) and not isinstance(value, bool):
        return _written(value, "must be text, or a number that has fewer digits")
    if isinstance(value, date):  # datetime is one, too
        return value.isoformat()
    raise ValueError("must be text")


def to_date(value: Any) -> date:
    """ISO 8601: 2026-03-01."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        try:
            return date.fromisoformat(_stripped(value, _WORD_LENGTH_MAX))
        except ValueError:
            pass
    raise ValueError("must be a date such as 2026-03-01")


def to_datetime(value: Any) -> datetime:
    """ISO 8601, with or without a time zone, which is kept as it was sent."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    if isinstance(value, str) and _YEAR_FIRST.match(text := _stripped(value, _WORD_LENGTH_MAX)):
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass
    raise ValueError("must be a date and time such as 2026-03-01T09:30:00Z")


def to_utc(value: Any) -> datetime:
    """As to_datetime, in UTC; without a time zone it is taken to be in UTC already."""
    moment = to_datetime(value)
    try:
        return moment.astimezone(UTC) if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    except OverflowError:
        raise ValueError("must be a date and time such as 2026-03-01T09:30:00Z") from None


def to_uuid(value: Any) -> UUID:
    if isinstance(value, UUID):
        return value
    if isinstance(value, str):
        try:
            return UUID(_stripped(value, _WORD_LENGTH_MAX))
        except ValueError:
            pass
    raise ValueError("must be a UUID")


def to_list(value: Any) -> list[Any]:
    """A list; one single value, as a query with one parameter gives it, becomes a list of one."""
    if isinstance(value, list):
        return value
    if isinstance(value, tuple | set | frozenset):
        return list(value)
    if isinstance(value, dict):
        raise ValueError("must be a list")
    return [value]


def to_csv(value: Any) -> list[str]:
    """Text separated by commas becomes a list of texts without the spaces around them."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",")] if value.strip() else []
    if isinstance(value, list | tuple):
        return [to_text(part) for part in value]
    raise ValueError("must be text separated by commas")


def _stripped(text: str, length_max: int) -> str:
    """The text without the blanks around it; "", which is none of what is looked for, where it is longer than that."""
    return text.strip() if len(text) <= length_max else ""


def _written(number: int | float | Decimal | UUID, otherwise: str) -> str:
    try:
        return str(number)
    except ValueError:  # of more than 4,300 digits, which only another service can pass on
        raise ValueError(otherwise) from None


def _is_whole(number: Decimal) -> bool:
    return number.is_finite() and number.adjusted() < _DIGITS_MAX and number == number.to_integral_value()
