"""The contract of the audit log, on every database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from zato.core.errors import InvalidInput
from zato.odb.audit import AuditEntry, AuditLog, Origin, WhichEntries
from zato.odb.database import Database
from zato.odb.log import Action, ConfigurationLog, ProposedChange

NOW = datetime(2026, 11, 24, 12, 30, 15, 123456, tzinfo=UTC)


def entry(number: int = 0, detail: str | None = None) -> AuditEntry:
    return AuditEntry(NOW + timedelta(seconds=number), "ann", f"c{number}", "deploy", "a.py", "ok", None, detail)


def test_an_entry_comes_back_as_it_was(database: Database) -> None:
    audit = AuditLog(database)
    audit.add(None, entry(detail="x" * 100_000))
    (kept,) = audit.entries()
    assert (kept.at, kept.principal, kept.cid, kept.action) == (NOW, "ann", "c0", "deploy")
    assert (kept.subject, kept.outcome, kept.revision, kept.detail) == ("a.py", "ok", None, "x" * 100_000)


def test_entries_are_read_newest_first_in_pages(database: Database) -> None:
    audit = AuditLog(database)
    for number in range(5):
        audit.add(None, entry(number))
    first = audit.entries(limit=3)
    assert [one.cid for one in first] == ["c4", "c3", "c2"]
    assert [one.cid for one in audit.entries(WhichEntries(before=first[-1].id), 3)] == ["c1", "c0"]


def test_entries_are_found_by_all_that_is_said_of_them(database: Database) -> None:
    audit = AuditLog(database)
    jane = AuditEntry(
        NOW, "jane", "c1", "update", "channel-rest:a_b", "ok", 3, None, origin=Origin("127.0.0.9", "basic")
    )
    bob = AuditEntry(NOW + timedelta(hours=1), "bob", "c2", "delete", "channel-rest:axb", "forbidden")
    for one in (jane, bob):
        audit.add(None, one)

    def found(**which: Any) -> str:
        return "".join(one.principal[0] for one in audit.entries(WhichEntries(**which)))

    assert found() == "bj"
    assert found(principal="jane") == found(action="update") == found(outcome="ok") == found(cid="c1") == "j"
    assert found(address="127.0.0.9") == found(until=bob.at) == found(subject="channel-rest:a_b") == "j"
    assert found(since=bob.at) == found(principal="bob", outcome="forbidden") == "b"
    assert found(subject="channel-rest:*") == "bj"
    assert found(subject="channel-rest:a_*") == "j"
    assert found(principal="jane", cid="c2") == found(subject="channel-rest:") == ""
    assert [one.origin for one in audit.entries()] == [Origin(), Origin("127.0.0.9", "basic")]


def test_an_entry_stands_and_falls_with_the_transaction_it_was_given(database: Database) -> None:
    audit = AuditLog(database)
    with pytest.raises(KeyError), database.write() as connection:
        audit.add(connection, entry())
        raise KeyError("broken off")
    assert audit.entries() == []
    with database.write() as connection:
        audit.add(connection, entry())
    assert len(audit.entries()) == 1


def test_every_change_of_configuration_is_in_it_with_its_revision(database: Database) -> None:
    changes = [
        ProposedChange("service", "a", Action.CREATE, "{}"),
        ProposedChange("service", "a", Action.UPDATE, "{}"),
        ProposedChange("service", "a", Action.DELETE),
    ]
    ConfigurationLog(database).append(changes, principal="ann", cid="c1", at=NOW, comment="why")
    assert [
        (one.action, one.subject, one.revision, one.principal, one.cid, one.outcome, one.detail)
        for one in reversed(AuditLog(database).entries())
    ] == [
        (action, "service:a", revision, "ann", "c1", "ok", "why")
        for revision, action in enumerate(("create", "update", "delete"), 1)
    ]


def test_an_entry_without_a_principal_is_refused(database: Database) -> None:
    with pytest.raises(InvalidInput):
        AuditLog(database).add(None, AuditEntry(NOW, "", "c", "deploy", "a.py", "ok"))
