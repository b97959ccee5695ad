"""What somebody may have meant who has written something else. Pure, and bounded in what it looks at."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from itertools import islice

_KNOWN_MAX = 5000
_LENGTH_MAX = 120


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The one that is most like the word, whatever its case; None where none is like it."""
    if len(word) > _LENGTH_MAX:
        return None
    folded: dict[str, str] = {}
    for each in islice(known, _KNOWN_MAX):
        folded.setdefault(each.casefold(), each)
    found = get_close_matches(word.casefold(), folded, n=1)
    return folded[found[0]] if found else None


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """The end of a sentence that says that there is no such thing: what was meant, or what to do otherwise."""
    near = nearest(word, known)
    if near is not None:
        return f"; did you mean {near!r}?"
    return f"; {otherwise}." if otherwise else "."
