"""Source code as it is shown: lines, and what differs between two versions. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

# What differs takes the square of this in steps at worst
_LINES_MAX = 5_000
_CONTEXT = 3


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A line with its number; `marked` where something is wrong in it."""

    number: int
    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A line that is new, gone, or the same; or where lines were left out."""

    kind: Literal["ins", "del", "same", "hunk"]
    text: str


def text_of(data: bytes) -> str | None:
    """The source as text; None where it is none."""
    if b"\0" in data:
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def lines_of(text: str, marked: int | None = None) -> list[SourceLine]:
    """All of them, or those around the one that is marked where there are very many."""
    lines = [SourceLine(number, line, number == marked) for number, line in enumerate(text.splitlines(), 1)]
    if len(lines) <= _LINES_MAX:
        return lines
    start = max(0, (marked or 1) - _LINES_MAX // 2)
    return lines[start : start + _LINES_MAX]


def diff_of(before: str, after: str) -> list[DiffLine] | None:
    """What differs, with a few lines around it; None where there is too much to compare."""
    old, new = before.splitlines(), after.splitlines()
    if max(len(old), len(new)) > _LINES_MAX:
        return None
    return [_diff_line(line) for line in list(difflib.unified_diff(old, new, n=_CONTEXT, lineterm=""))[2:]]


def _diff_line(line: str) -> DiffLine:
    if line.startswith("@@"):
        return DiffLine("hunk", line)
    kinds: dict[str, Literal["ins", "del", "same"]] = {"+": "ins", "-": "del"}
    return DiffLine(kinds.get(line[:1], "same"), line)


def numbers_of(lines: Sequence[DiffLine]) -> tuple[int, int]:
    """How many lines are new, and how many are gone."""
    return sum(line.kind == "ins" for line in lines), sum(line.kind == "del" for line in lines)
