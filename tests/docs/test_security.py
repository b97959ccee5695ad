"""docs/security.md: each line of its tables names a test, and that is there."""

from __future__ import annotations

import re
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
DOCUMENT = (REPOSITORY / "docs" / "security.md").read_text(encoding="utf-8")
# A file with or without a test, or a further test of the file named before
_NAMED = re.compile(r"`(tests/[a-z_/]+\.py)?(?:::(test_[a-z0-9_]+))?`")


def named() -> list[tuple[str, str]]:
    """File and function, which is empty where the whole file is meant."""
    found: list[tuple[str, str]] = []
    for file, function in _NAMED.findall(DOCUMENT):
        if file or function:
            found.append((file or found[-1][0], function))
    return found


def test_each_promise_has_its_test() -> None:
    tests = named()
    assert len(tests) > 40
    missing = [
        f"{file}::{function}"
        for file, function in tests
        if not (REPOSITORY / file).is_file()
        or (function and f"def {function}(" not in (REPOSITORY / file).read_text(encoding="utf-8"))
    ]
    assert missing == []


def without_test(document: str) -> list[str]:
    """Lines of tables whose last column, "shown by", names no test; "the same" is that of the line before."""
    found = []
    tables = re.findall(r"(?m)^\|.*\n\|[ |:-]*\n(?:\|.*\n)+", document)
    for table in tables:
        head, _, *lines = table.splitlines()
        shows = head.split("|")[-2].strip() == "shown by"
        last = [line.split("|")[-2].strip() for line in lines]
        found += [
            line
            for number, line in enumerate(lines)
            if not (shows and (_NAMED.search(last[number]) or (number and last[number] == "the same")))
        ]
    assert tables
    return found


def test_no_promise_lacks_its_test() -> None:
    assert without_test(DOCUMENT) == []


def test_a_promise_without_a_test_is_found() -> None:
    head = "| what | shown by |\n| --- | --- |\n"
    assert without_test(head + "| this | `tests/a.py` |\n| that | the same |\n") == []
    assert without_test(head + "| this | nobody |\n") == ["| this | nobody |"]
    assert without_test(head + "| this | the same |\n") == ["| this | the same |"]
    assert without_test("| what | how |\n| --- | --- |\n| this | `tests/a.py` |\n") == ["| this | `tests/a.py` |"]
