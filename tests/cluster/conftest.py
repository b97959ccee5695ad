"""A signer with the authority of a cluster that has one server."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.set_clock import SetClock
from zato.cluster.signing.signer import Signer
from zato.pki.authority import Authority
from zato.pki.components import issue_missing


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def signer(tmp_path: Path, clock: SetClock) -> Signer:
    authority = Authority(tmp_path / "pki", clock)
    authority.create("zato")
    issue_missing(authority, hosts=("first.example.com",), servers=1, clock=clock)
    return Signer(tmp_path / "pki", clock)
