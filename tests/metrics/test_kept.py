"""How much the ODB keeps, as Prometheus sees it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from support.threads import no_more_threads
from support.waiting import until
from zato.admin_api import kept as admin_kept
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
    text = page(Kept((Figure("audit", 5, OLDEST), Figure("dead letters", 0, None)), 4096, 2, 300))
    assert 'zato_kept_rows{what="audit"} 5.0' in text
    assert 'zato_kept_rows{what="dead letters"} 0.0' in text
    assert text.count("zato_kept_oldest_seconds{") == 1
    assert "zato_odb_bytes 4096.0" in text
    assert "zato_wheels 2.0" in text
    assert "zato_wheels_bytes 300.0" in text


def test_nothing_is_told_while_the_odb_is_away() -> None:
    assert page(None) == ""


class SteppedClock(SystemClock):
    """Goes on when it is told to."""

    seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds


def test_it_is_counted_once_a_minute(sqlite_odb: Database) -> None:
    clock = SteppedClock()
    figures = KeptFigures(sqlite_odb, clock)
    first = figures.current()
    assert first is not None
    assert figures.current() is first
    clock.seconds = 61
    until(lambda: figures.current() is not first)
    assert first.odb_bytes is not None
    assert first.odb_bytes > 0


def test_nobody_waits_while_it_is_counted_and_it_is_counted_once_for_all(
    sqlite_odb: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, go_on, counts = SteppedClock(), threading.Event(), []

    def slow(database: Database) -> Kept:
        counts.append(database)
        assert go_on.wait(30)
        return Kept((), len(counts), 0, 0)

    monkeypatch.setattr(admin_kept, "kept", slow)
    figures = KeptFigures(sqlite_odb, clock, first_seconds=0.01)
    assert [figures.current() for _ in range(5)] == [None] * 5
    go_on.set()
    until(lambda: figures.current() is not None)
    go_on.clear()
    clock.seconds = 61
    assert [figures.current() for _ in range(5)] == [Kept((), 1, 0, 0)] * 5
    go_on.set()
    until(lambda: figures.current() == Kept((), 2, 0, 0))
    assert len(counts) == 2


def test_while_the_odb_is_away_nothing_is_told_and_afterwards_it_is_counted_again(
    sqlite_odb: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, away = SteppedClock(), [Unavailable("It is away.")]

    def count(database: Database) -> Kept:
        if away:
            raise away[0]
        return Kept((), 7, 0, 0)

    def told() -> Kept | None:
        try:
            return figures.current()
        except Unavailable:
            return None

    monkeypatch.setattr(admin_kept, "kept", count)
    figures = KeptFigures(sqlite_odb, clock)
    with pytest.raises(Unavailable):
        figures.current()
    away.clear()
    until(lambda: told() == Kept((), 7, 0, 0))


def test_where_there_may_be_no_more_threads_the_figures_stay(sqlite_odb: Database) -> None:
    clock = SteppedClock()
    figures = KeptFigures(sqlite_odb, clock, first_seconds=0.01)
    until(lambda: figures.current() is not None)
    first = figures.current()
    clock.seconds = 61
    with no_more_threads():
        assert figures.current() is first
    until(lambda: figures.current() is not first)
