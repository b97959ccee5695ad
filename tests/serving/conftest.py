"""A worker that has just looked into the log, by a clock that is moved."""

from __future__ import annotations

import pytest

from support.staleness import Clock, look
from zato.serving.staleness import (
    Staleness,
    Visits,
)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def visits() -> Visits:
    return Visits()


@pytest.fixture
def worker(visits: Visits, clock: Clock) -> Staleness:
    made = Staleness(visits, clock)
    look(made)
    return made
