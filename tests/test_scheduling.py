"""Every file of tests is run, by one process, and the lists of which goes where name what there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.scheduling import LONGEST, OWN, SHARING, TOGETHER, rank, scope_of

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("place", [*SHARING, *OWN, *sum(TOGETHER, ()), *LONGEST])
def test_what_is_named_is_there(place: str) -> None:
    assert (ROOT / place).exists()


def test_what_shares_hosts_stays_together_and_what_has_its_own_goes_by_file() -> None:
    assert scope_of("tests/hosts/test_trust.py::test_a[b::c]") == scope_of("tests/hosts/test_growth.py::test_d")
    others = {file for files in TOGETHER for file in files[1:]}
    assert {scope_of(f"{file}::test_a") for file in OWN} == {*OWN} - others
    assert {*sum(TOGETHER, ())} <= {*OWN}
    assert scope_of("tests/cluster/test_token.py::test_a") == "tests/cluster/test_token.py"


def test_the_longest_come_first() -> None:
    ranks = [rank(f"{scope}test_a.py::test_a" if scope in SHARING else f"{scope}::test_a") for scope in LONGEST]
    assert ranks == [*range(len(LONGEST))]
    assert rank("tests/cluster/test_token.py::test_a") == len(LONGEST)
