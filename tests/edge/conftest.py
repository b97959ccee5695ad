"""One chain for all tests of the edge that leave it as it was, with times short enough to wait for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.edge import DOORS, Edge

HEAD_SECONDS = 1.0
IDLE_SECONDS = 1.0


@pytest.fixture(scope="session")
def edge() -> Iterator[Edge]:
    made = Edge(head_seconds=HEAD_SECONDS, client_idle_seconds=IDLE_SECONDS)
    try:
        yield made.start()
    finally:
        made.close()


@pytest.fixture
def own_edge() -> Iterator[Edge]:
    """A chain of the test's own, for tests that break it."""
    made = Edge()
    try:
        yield made.start()
    finally:
        made.close()


@pytest.fixture(params=DOORS)
def door(request: pytest.FixtureRequest) -> str:
    """HAProxy and lighttpd in turn, as clients may reach either."""
    name: str = request.param
    return name
