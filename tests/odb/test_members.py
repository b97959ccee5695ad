"""The contract of members, on every database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from zato.odb.database import Database
from zato.odb.members import Members, ServerRow, WorkerRow

NOW = datetime(2026, 11, 24, 12, 30, 15, 123456, tzinfo=UTC)
LATER = NOW + timedelta(seconds=5)


def test_a_worker_registers_beats_and_is_forgotten(database: Database) -> None:
    members = Members(database)
    members.register_worker(1, "server-1-100", NOW)
    assert members.workers() == [WorkerRow(1, "server-1-100", NOW, NOW, 0)]
    assert members.beat("server-1-100", 42, LATER)
    assert members.workers() == [WorkerRow(1, "server-1-100", NOW, LATER, 42)]
    members.forget("server-1-100")
    members.forget("server-1-100")
    assert members.workers() == []


def test_a_worker_that_was_forgotten_is_told_when_it_beats(database: Database) -> None:
    members = Members(database)
    assert not members.beat("server-1-100", 42, NOW)
    assert members.workers() == []


def test_a_beat_that_changes_nothing_still_counts(database: Database) -> None:
    members = Members(database)
    members.register_worker(1, "server-1-100", NOW)
    assert members.beat("server-1-100", 0, NOW)
    assert members.beat("server-1-100", 0, NOW)


def test_a_worker_that_registers_again_starts_anew(database: Database) -> None:
    members = Members(database)
    members.register_worker(1, "server-1-100", NOW)
    members.beat("server-1-100", 42, NOW)
    members.register_worker(2, "server-1-100", LATER)
    assert members.workers() == [WorkerRow(2, "server-1-100", LATER, LATER, 0)]


def test_workers_that_fell_silent_are_forgotten_by_server(database: Database) -> None:
    members = Members(database)
    for server, worker in ((1, "dead"), (1, "alive"), (1, "on-the-edge"), (2, "of-another-server")):
        members.register_worker(server, worker, NOW)
    members.beat("alive", 1, LATER)
    members.beat("on-the-edge", 1, NOW + timedelta(seconds=1))
    soon = NOW + timedelta(seconds=1)
    assert members.forget_silent(1, soon, LATER) == ["dead"]
    assert [row.worker for row in members.workers()] == ["alive", "on-the-edge", "of-another-server"]
    assert members.forget_silent(1, soon, LATER) == []
    assert members.forget_silent(1, NOW - timedelta(hours=1), soon) == ["alive"], "it was heard of from the future"


def test_workers_are_listed_by_server(database: Database) -> None:
    members = Members(database)
    for server, worker in ((2, "b"), (1, "d"), (1, "a")):
        members.register_worker(server, worker, NOW)
    assert [row.worker for row in members.workers()] == ["a", "d", "b"]
    assert [row.worker for row in members.workers(1)] == ["a", "d"]
    assert members.workers(3) == []


def test_a_server_that_registers_again_replaces_what_it_said(database: Database) -> None:
    members = Members(database)
    members.register_server(2, "b.example", "1.0", NOW)
    members.register_server(1, "a.example", "1.0", NOW)
    members.register_server(2, "b.example", "1.1", LATER)
    assert members.servers() == [ServerRow(1, "a.example", "1.0", NOW), ServerRow(2, "b.example", "1.1", LATER)]
