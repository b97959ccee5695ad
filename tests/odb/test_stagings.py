"""The contract of stagings, on every database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from zato.core.errors import Conflict
from zato.odb.database import Database
from zato.odb.deployments import Report
from zato.odb.stagings import STALE_AFTER, Stagings

NOW = datetime(2026, 11, 24, 12, 30, 15, 123456, tzinfo=UTC)


@pytest.fixture
def stagings(database: Database) -> Stagings:
    return Stagings(database)


def test_one_is_asked_for_until_it_is_taken_back(stagings: Stagings) -> None:
    assert stagings.current(NOW) is None
    staging = stagings.begin(12, NOW)
    assert stagings.current(NOW) == staging
    assert staging.revision == 12
    with pytest.raises(Conflict) as refused:
        stagings.begin(11, NOW + timedelta(seconds=1))
    assert refused.value.code == "staging-in-progress"
    stagings.end(staging)
    stagings.end(staging)
    assert stagings.current(NOW) is None


def test_the_end_of_one_does_not_end_the_next(stagings: Stagings) -> None:
    first = stagings.begin(12, NOW)
    stagings.end(first)
    second = stagings.begin(12, NOW)
    stagings.end(first)
    assert stagings.current(NOW) == second


def test_one_whose_asker_has_ended_is_forgotten(stagings: Stagings) -> None:
    stagings.begin(12, NOW)
    later = NOW + STALE_AFTER + timedelta(seconds=1)
    assert stagings.current(later) is None
    assert stagings.current(later) != stagings.begin(13, later) == stagings.current(later)


def test_each_worker_reports_for_one_staging(stagings: Stagings) -> None:
    staging = stagings.begin(12, NOW)
    stagings.report(staging, "b", ok=False, reason="shop.py:3: no.", at=NOW)
    stagings.report(staging, "a", ok=False, reason="not yet", at=NOW)
    stagings.report(staging, "a", ok=True, reason=None, at=NOW)
    assert stagings.reports(staging) == [Report("a", True, None, NOW), Report("b", False, "shop.py:3: no.", NOW)]
    stagings.end(staging)
    assert stagings.reports(stagings.begin(12, NOW)) == []
