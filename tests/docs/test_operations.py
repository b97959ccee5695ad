"""docs/operations.md: every warning is explained."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import zato

REPOSITORY = Path(__file__).parents[2]
DOCUMENT = (REPOSITORY / "docs" / "operations.md").read_text(encoding="utf-8")
OTHERS = ("WORKER TIMEOUT", "(mod_openssl")
"""Lines of gunicorn and lighttpd."""
LEVELS = {"warning", "error", "exception", "critical"}


def logged() -> set[str]:
    """The constant texts of all warnings and errors in the code."""
    found = set()
    for path in Path(zato.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Attribute(value=(ast.Name() | ast.Attribute() | ast.Call()) as logger, attr=level),
                    args=[ast.Constant(value=str(text)), *_],
                ) if level in LEVELS and "log" in ast.unparse(logger):
                    found.add(text)
                # What goes on failing is logged by zato.host.ongoing
                case ast.Call(func=ast.Name("Ongoing"), args=[_, ast.Constant(value=str(text)), *_]):
                    found.add(text)
                case ast.Call(func=ast.Attribute(attr="_failing"), args=[ast.Constant(value=str(text)), *_]):
                    found.add(text)
    return found


def test_every_warning_and_error_that_is_logged_is_explained() -> None:
    events = logged()
    assert len(events) > 20
    assert sorted(event for event in events if f"`{event}`" not in DOCUMENT) == []


def test_every_event_that_is_explained_is_logged() -> None:
    section = DOCUMENT.split("## What it says at night", 1)[1]
    explained = {event for cell in re.findall(r"(?m)^\| (`.*?`) \|", section) for event in re.findall(r"`(.+?)`", cell)}
    assert len(explained) > 60
    assert sorted(event for event in explained - logged() if not event.startswith(OTHERS)) == []
