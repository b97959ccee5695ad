"""What the log says: sentences, with fields that have one name for one thing (docs/observing.md)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import zato

PRODUCT = Path(zato.__file__).parent
DOCUMENT = Path(__file__).parents[2] / "docs" / "observing.md"
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}
SENTENCE = re.compile(r"(?:[A-Z]|lighttpd\b)[^\n_]*[A-Za-z0-9)]")
FROM_ELSEWHERE = {"error.message", "self._event", "self._over"}
"""Sentences of errors, and those that zato.host.ongoing was given."""
PYTHONS_OWN = {"exc_info"}


class Line(NamedTuple):
    """One call of a logger."""

    place: str
    event: str | None
    """None where it is not written there."""
    written: str
    fields: tuple[str, ...]


def calls(text: str, place: str) -> Iterator[Line]:
    """All that is logged in a module, and what zato.host.ongoing is given to log."""
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Call(func=ast.Attribute(value=logger, attr=level), args=[event, *_], keywords=more) if (
                level in LEVELS and "log" in ast.unparse(logger)
            ):
                yield _line(f"{place}:{node.lineno}", event, more)
            case ast.Call(func=ast.Name("Ongoing"), args=[_, begins, ends, *_]):
                yield _line(f"{place}:{node.lineno}", begins, [])
                yield _line(f"{place}:{node.lineno}", ends, [])
            case ast.Call(func=ast.Attribute(attr="_failing"), args=[event, *_]):
                yield _line(f"{place}:{node.lineno}", event, [])
            case ast.Call(func=ast.Attribute(attr="failed" | "went_well"), keywords=more):
                yield Line(f"{place}:{node.lineno}", "It fails", "", tuple(each.arg for each in more if each.arg))


def _line(place: str, event: ast.expr, more: list[ast.keyword]) -> Line:
    constant = event.value if isinstance(event, ast.Constant) and isinstance(event.value, str) else None
    return Line(place, constant, ast.unparse(event), tuple(each.arg for each in more if each.arg))


def logged() -> list[Line]:
    """All lines of the product."""
    found: list[Line] = []
    for path in PRODUCT.rglob("*.py"):
        found += calls(path.read_text(encoding="utf-8"), str(path.relative_to(PRODUCT)))
    return found


def explained() -> set[str]:
    """Fields that the document has in its table."""
    section = DOCUMENT.read_text(encoding="utf-8").split("| field | what it is |", 1)[1].split("\n\n", 1)[0]
    return {name for row in re.findall(r"(?m)^\| (`.*?`) \|", section) for name in re.findall(r"`([a-z_]+)`", row)}


def test_what_has_happened_is_a_sentence() -> None:
    lines = logged()
    assert len(lines) > 100
    named = {"event"}  # a parameter of who passes it on
    wrong = [
        line
        for line in lines
        if (line.event is None and line.written not in FROM_ELSEWHERE | named)
        or (line.event is not None and SENTENCE.fullmatch(line.event) is None)
    ]
    assert wrong == []


def test_a_field_has_the_name_that_it_has_everywhere() -> None:
    used = {field for line in logged() for field in line.fields} - PYTHONS_OWN
    assert sorted(used - explained()) == []
    assert sorted(explained() - used) == []


def test_what_is_no_sentence_is_found() -> None:
    for event in ("odb_away", "the ODB is away", "The ODB is away.", "a_b", ""):
        assert SENTENCE.fullmatch(event) is None
    (line,) = calls("_log.warning(f'{name} is away', name=name)", "it")
    assert (line.event, line.fields) == (None, ("name",))
