"""What `make test` says at its end: the slowest tests with reasons, and until when each process had work."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from support.durations import Phase, processes, reason, scopes, slowest
from support.reasons import REASONS

ROOT = Path(__file__).parents[1]
A, B = "tests/odb/test_a.py::test_one[x]", "tests/core/test_b.py::test_two"
PHASES = [
    Phase(A, "setup", "gw0", 100.0, 103.0),
    Phase(A, "call", "gw0", 103.0, 104.5),
    Phase(B, "call", "gw1", 101.0, 106.0),
    Phase(B, "teardown", "gw1", 106.0, 106.1),
]


@pytest.mark.parametrize("place", REASONS)
def test_what_has_a_reason_is_there(place: str) -> None:
    file, _, function = place.partition("::")
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    assert not function or function in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_a_reason_is_the_test_s_own_or_that_of_its_file() -> None:
    reasons = {"tests/odb/test_a.py": "file", "tests/odb/test_a.py::test_two": "own"}
    assert reason("tests/odb/test_a.py::test_one[a::b]", reasons) == "file"
    assert reason("tests/odb/test_a.py::test_two[a::b]", reasons) == "own"
    assert reason("tests/odb/test_b.py::test_two", reasons) is None


def test_the_slowest_are_told_with_their_reasons_and_those_without_one_stand_out() -> None:
    assert [*slowest(PHASES, 2, {"tests/odb/test_a.py": "databases start"})] == [
        f"   5.0s call     {B}: NO REASON IN tests/support/reasons.py",
        f"   3.0s setup    {A}: databases start",
    ]
    # What takes no time needs no reason, however few tests there are
    assert len([*slowest(PHASES, 50, {})]) == 3


def test_processes_are_told_by_when_they_ended_and_what_is_run_together_by_its_time() -> None:
    assert [*processes(PHASES)] == ["   6.1s gw1: tests/core/test_b.py", "   4.5s gw0: tests/odb/"]
    assert [*processes([])] == []
    assert [*scopes(PHASES)] == ["   5.1s tests/core/test_b.py", "   4.5s tests/odb/"]
