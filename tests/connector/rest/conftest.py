"""Fixtures for calls over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.certificates import CertificateAuthority
from support.http_peer import HttpPeer, server_context
from support.outgoing_rest import Connects


@pytest.fixture
def authority(tmp_path: Path) -> CertificateAuthority:
    return CertificateAuthority(tmp_path)


@pytest.fixture
def peer(authority: CertificateAuthority) -> Iterator[HttpPeer]:
    """Another system, over HTTPS with a certificate of `authority` for localhost."""
    with HttpPeer(context=server_context(authority.issue("peer", ("localhost",)))) as started:
        yield started


@pytest.fixture
def connect(authority: CertificateAuthority) -> Connects:
    return Connects(authority)
