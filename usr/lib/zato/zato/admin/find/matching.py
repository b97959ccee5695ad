"""Which pages somebody means by some letters. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Something that can be gone to; `what` says what kind of thing it is."""

    title: str
    address: str
    what: str
    hint: str = ""


def meant(places: Iterable[Place], text: str) -> list[Place]:
    """Those that have the text in their titles, in any case; those that begin with it first, then where a word does."""
    wanted = text.casefold()
    found = [(rank, place) for place in places if (rank := _rank(place.title.casefold(), wanted)) is not None]
    return [place for _, place in sorted(found, key=lambda each: each[0])]


def _rank(title: str, wanted: str) -> int | None:
    if wanted not in title:
        return None
    if title.startswith(wanted):
        return 0
    return 1 if any(word.startswith(wanted) for word in title.split()) else 2
