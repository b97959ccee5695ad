"""Commands that other tests run as a page has them, most on hosts that boot."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import cache

from support.documents.reading import REPOSITORY, Step, steps


def written(page: str, command: str, replaced: Mapping[str, str] | None = None) -> str:
    """The command as that page has it, with something in the place of what is a reader's to fill in.

    Raises AssertionError where the page has no such command (any more). The first two arguments are literals: the tests
    of the documentation look for them, and count the command as run.
    """
    found = next((step.name for step in steps(page) if step.is_command and key(step) == command), None)
    assert found is not None, f"{page} has no command {command!r}"
    for before, after in (replaced or {}).items():
        assert before in found, f"{command!r} has no {before!r}"
        found = found.replace(before, after)
    return found


def key(step: Step) -> str:
    """What a command is looked up by: its first line."""
    return step.name.partition("\n")[0]


@cache
def witnesses() -> dict[tuple[str, str], str]:
    """The file of the test that runs a command, by page and command."""
    found = {}
    for path in sorted((REPOSITORY / "tests").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "written(" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            match node:
                case ast.Call(
                    func=ast.Name("written"),
                    args=[ast.Constant(value=str(page)), ast.Constant(value=str(command)), *_],
                ):
                    found[page, command] = str(path.relative_to(REPOSITORY))
    return found
