"""Items that have a text in them, the ones that people most likely mean first. Pure, and blind to secrets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from zato.config.codec import MASK, public
from zato.config.item import Item


class Rank(IntEnum):
    """How good a match is."""

    SAME_NAME = 0
    BEGINS_NAME = 1
    IN_NAME = 2
    IN_FIELD = 3


@dataclass(frozen=True, slots=True)
class Match:
    """`field` is the one that has the text where the name does not."""

    rank: Rank
    field: str | None = None


def matched_name(name: str, wanted: str) -> Match | None:
    """Whether the name has the text in it, whatever the case."""
    folded, text = name.casefold(), wanted.casefold()
    if text not in folded:
        return None
    if folded == text:
        return Match(Rank.SAME_NAME)
    return Match(Rank.BEGINS_NAME if folded.startswith(text) else Rank.IN_NAME)


def matched(item: Item, wanted: str) -> Match | None:
    """Whether the name, or a field that everybody may see, has the text in it."""
    found = matched_name(item.name, wanted)
    if found is not None:
        return found
    text = wanted.casefold()
    for field, value in public(item.kind, item.value).items():
        if any(text in each.casefold() for each in _texts(value) if each != MASK):
            return Match(Rank.IN_FIELD, field)
    return None


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield str(key)
            yield from _texts(each)
    elif isinstance(value, Iterable):
        for each in value:
            yield from _texts(each)
