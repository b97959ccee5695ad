"""docs/security.md: each test that it names is there."""

from __future__ import annotations

import re
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
# A file with or without a test, or a further test of the file named before
_NAMED = re.compile(r"`(tests/[a-z_/]+\.py)?(?:::(test_[a-z0-9_]+))?`")


def named() -> list[tuple[str, str]]:
    """File and function, which is empty where the whole file is meant."""
    found: list[tuple[str, str]] = []
    for file, function in _NAMED.findall((REPOSITORY / "docs" / "security.md").read_text(encoding="utf-8")):
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
