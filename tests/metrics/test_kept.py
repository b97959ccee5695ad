"""How much the ODB keeps, as Prometheus sees it."""

from __future__ import annotations

from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, generate_latest

from zato.admin_api.kept import KeptFigures
from zato.core.clock import SystemClock
from zato.core.errors import Unavailable
from zato.metrics.kept import KeptRows
from zato.odb.database import Database
from zato.odb.kept import Figure, Kept

OLDEST = datetime(2026, 11, 30, tzinfo=UTC)


def page(kept: Kept | None) -> str:
    def current() -> Kept:
        if kept is None:
            raise Unavailable("It is away.")
        return kept

    registry = CollectorRegistry()
    registry.register(KeptRows(current))
    return generate_latest(registry).decode()


def test_rows_the_oldest_and_bytes_are_told() -> None:
    text = page(Kept((Figure("audit", 5, OLDEST), Figure("dead letters", 0, None)), 4096))
    assert 'zato_kept_rows{what="audit"} 5.0' in text
    assert 'zato_kept_rows{what="dead letters"} 0.0' in text
    assert text.count("zato_kept_oldest_seconds{") == 1
    assert "zato_odb_bytes 4096.0" in text


def test_nothing_is_told_while_the_odb_is_away() -> None:
    assert page(None) == ""


def test_it_is_read_once_a_minute(sqlite_odb: Database) -> None:
    class Clock(SystemClock):
        seconds = 0.0

        def monotonic(self) -> float:
            return self.seconds

    clock = Clock()
    figures = KeptFigures(sqlite_odb, clock)
    first = figures.current()
    assert figures.current() is first
    clock.seconds = 61
    assert figures.current() is not first
    assert first.odb_bytes is not None
    assert first.odb_bytes > 0
