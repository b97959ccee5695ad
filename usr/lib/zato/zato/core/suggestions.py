"""What somebody may have meant by a word that is not known. Pure, and bounded in what it compares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from itertools import islice

_KNOWN_MAX = 5000
_LENGTH_MAX = 120
_COMPARED_MAX = 1_000_000
"""Pairs of characters, which is what a comparison takes time for: a fraction of a second."""


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The one that is most like the word, whatever its case; None where none is like it."""
    if len(word) > _LENGTH_MAX:
        return None
    folded: dict[str, str] = {}
    for each in islice(known, _KNOWN_MAX):
        folded.setdefault(each.casefold(), each)
    found = get_close_matches(word.casefold(), _within_reach(word, folded), n=1)
    return folded[found[0]] if found else None


def _within_reach(word: str, known: Iterable[str]) -> Iterator[str]:
    """As many as there is time to compare, beginning with those whose length is most like the word's."""
    left = _COMPARED_MAX
    for each in sorted(known, key=lambda one: abs(len(one) - len(word))):
        left -= len(word) * len(each)
        if left < 0:
            return
        yield each


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """The end of a sentence that says that there is no such thing: what was meant, or what to do otherwise."""
    near = nearest(word, known)
    if near is not None:
        return f"; did you mean {near!r}?"
    return f"; {otherwise}." if otherwise else "."
