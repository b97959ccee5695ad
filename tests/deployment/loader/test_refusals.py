"""Everything that can be found out without a child process is found by the loader itself, with file and line."""

from __future__ import annotations

import ast
import re
import sys
from typing import Any

import pytest

from support.broken_deployments import BROKEN, working_code
from support.deployments_to_refuse.source import BrokenDeployment
from zato.deployment.loader import CodeSet, DeploymentRefused

TAME = [broken for broken in BROKEN if not broken.hostile]


@pytest.fixture(scope="module")
def code() -> CodeSet:
    return working_code()


@pytest.mark.parametrize("broken", TAME, ids=lambda broken: broken.title)
def test_a_broken_file_is_refused_with_its_place_and_leaves_nothing_behind(
    broken: BrokenDeployment, code: CodeSet
) -> None:
    before = {key for key in sys.modules if "@" in key}
    with pytest.raises(DeploymentRefused) as refused:
        code.with_deployment(broken.file_name, broken.source, 99)
    refusal = refused.value.refusal
    assert refusal.code == broken.code
    assert refusal.file == broken.expected_file
    if broken.line is not None:
        assert refusal.line == broken.line
    assert broken.reason in refusal.reason
    assert re.search(r"\w@\d", refusal.reason) is None
    assert "deployment-" not in refusal.reason
    assert refused.value.code == "deployment-rejected"
    assert f"reason: {refusal.reason}" in refused.value.details
    assert f"file: {refusal.file}" in refused.value.details
    # Also as long as somebody keeps the error with its traceback.
    assert {key for key in sys.modules if "@" in key} <= before


def test_there_are_enough_of_them() -> None:
    assert len({broken.title for broken in BROKEN}) == len(BROKEN) >= 30


def test_a_file_that_is_parsed_while_another_thread_parses_is_parsed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    parse, tries = ast.parse, []

    def disturbed(*arguments: Any, **named: Any) -> Any:
        tries.append(arguments)
        if len(tries) == 1:
            raise SystemError("AST constructor recursion depth mismatch (before=12, after=9)")
        return parse(*arguments, **named)

    monkeypatch.setattr(ast, "parse", disturbed)
    CodeSet().with_deployment("lib.py", b"V = 1\n", 1)
    assert len(tries) == 2
