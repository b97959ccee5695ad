"""One chain for all tests of the edge that leave it as it was, with times short enough to wait for."""

from __future__ import annotations

from collections.abc import Iterator

import bcrypt
import pytest

from support.edge import DOORS, Edge
from zato.agent.lighttpd import files
from zato.host.files import write_atomically

HEAD_SECONDS = 1.0
IDLE_SECONDS = 1.0
USERS = {"joe": "joe's password", "zoë": "zoë's pässword", "nul": "never used as it is"}


@pytest.fixture(scope="session")
def edge() -> Iterator[Edge]:
    made = Edge(head_seconds=HEAD_SECONDS, client_idle_seconds=IDLE_SECONDS)
    try:
        lines = [f"{name}:{bcrypt.hashpw(word.encode(), bcrypt.gensalt(4)).decode()}\n" for name, word in USERS.items()]
        write_atomically(files.users(made.server), "".join(lines).encode())
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
