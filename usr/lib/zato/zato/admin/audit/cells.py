"""Entries of the audit log as rows of a table that another program opens. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

COLUMNS = (
    *("id", "at", "principal", "action", "subject", "outcome", "revision", "cid", "address", "through", "detail"),
)
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def cells_of(entry: Mapping[str, Any]) -> tuple[str, ...]:
    """A row. What a table calculation would take for a formula has an apostrophe before it: names come from outside."""
    return tuple(_cell(entry.get(column)) for column in COLUMNS)


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULAS) else text
