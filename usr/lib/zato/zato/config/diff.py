"""What differs between two states of the configuration, without showing a secret. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from zato.config.codec import mask
from zato.odb.log import Action, StoredItem


@dataclass(frozen=True, slots=True)
class FieldDiff:
    """One field; None stands for "was not there" as well as for null. Secrets are masked on both sides."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class ItemDiff:
    """One item that was created, changed or deleted between the two states, with the fields that differ."""

    kind: str
    name: str
    action: Action
    fields: tuple[FieldDiff, ...]


def diff(before: Iterable[StoredItem], after: Iterable[StoredItem]) -> list[ItemDiff]:
    """All differences, by kind and name. Works on what is stored, so it also reads what other versions wrote."""
    old = {(item.kind, item.name): item for item in before}
    new = {(item.kind, item.name): item for item in after}
    found: list[ItemDiff] = []
    for kind, name in sorted(old.keys() | new.keys()):
        was, now = old.get((kind, name)), new.get((kind, name))
        if was is not None and now is not None and (was.revision == now.revision or was.data == now.data):
            continue
        fields = _field_diffs(kind, _fields(was), _fields(now))
        if was is None:
            found.append(ItemDiff(kind, name, Action.CREATE, fields))
        elif now is None:
            found.append(ItemDiff(kind, name, Action.DELETE, fields))
        elif fields:
            found.append(ItemDiff(kind, name, Action.UPDATE, fields))
    return found


def _fields(item: StoredItem | None) -> dict[str, Any]:
    return {} if item is None else msgspec.json.decode(item.data, type=dict[str, Any])


def _field_diffs(kind: str, was: dict[str, Any], now: dict[str, Any]) -> tuple[FieldDiff, ...]:
    # Compared as stored, so that a changed secret counts as a change, and shown masked.
    shown_was, shown_now = mask(kind, was), mask(kind, now)
    return tuple(
        FieldDiff(field, shown_was.get(field), shown_now.get(field))
        for field in dict.fromkeys([*was, *now])
        if was.get(field) != now.get(field)
    )
