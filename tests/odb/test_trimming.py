"""What is old goes, a few rows at a time; what is in use, or needed for a roll-back, stays."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from support.brokers import new_message
from support.scenarios.moving import add_deployment
from zato.config.writer import items_at
from zato.core.errors import InvalidInput
from zato.odb.audit import AuditEntry, AuditLog
from zato.odb.claims import Dead
from zato.odb.database import Database
from zato.odb.deployments import Deployments, DeploymentState
from zato.odb.kept import kept
from zato.odb.log import Action, ConfigurationLog, ProposedChange
from zato.odb.messages import Messages
from zato.odb.trimming import Trimming

OLD, NEW = datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
CUT = datetime(2025, 6, 1, tzinfo=UTC)


@pytest.fixture
def log(database: Database) -> ConfigurationLog:
    return ConfigurationLog(database)


def put(log: ConfigurationLog, action: Action, name: str, at: datetime, kind: str = "service", **data: object) -> int:
    document = None if action is Action.DELETE else json.dumps(data)
    change = ProposedChange(kind, name, action, document)
    return log.append([change], principal="ann", cid="c", at=at)[0]


def test_history_is_whole_from_where_it_is_kept(database: Database, log: ConfigurationLog) -> None:
    put(log, Action.CREATE, "a", OLD, n=1)
    put(log, Action.CREATE, "gone", OLD)
    put(log, Action.UPDATE, "a", OLD, n=2)
    put(log, Action.CREATE, "still", OLD)
    kept_from = put(log, Action.DELETE, "gone", OLD)
    put(log, Action.UPDATE, "a", NEW, n=3)
    last = put(log, Action.CREATE, "gone", NEW)
    before = {revision: log.items_at(revision) for revision in range(kept_from, last + 1)}
    trimming = Trimming(database)
    until = trimming.begin_history(CUT)
    assert until == kept_from == log.trimmed_revision()
    assert [trimming.history(until, 2) for _ in range(3)] == [2, 1, 0]
    assert {revision: log.items_at(revision) for revision in before} == before
    assert [change.revision for change in log.changes_after(0)] == [3, 4, 6, 7]
    assert trimming.begin_history(OLD) == until  # it never goes back


def test_the_audit_log_and_dead_letters_go_by_their_age(database: Database) -> None:
    audit, messages, trimming = AuditLog(database), Messages(database), Trimming(database)
    for at in (OLD, OLD, NEW):
        audit.add(None, AuditEntry(at, "ann", "c", "a", "s", "ok"))
    for at in (OLD, NEW):
        messages.add(new_message(), at)
        (claim,) = messages.claim(1, NEW, NEW)
        messages.settle([Dead(claim, at, "no luck")])
    messages.add(new_message(), OLD)
    assert [trimming.audit(CUT, 1) for _ in range(3)] == [1, 1, 0]
    assert [entry.at for entry in audit.entries(limit=10)] == [NEW]
    assert [trimming.dead_letters(CUT) for _ in range(2)] == [1, 0]
    assert messages.counts() == (1, 1)
    found = {figure.what: figure for figure in kept(database).figures}
    assert (found["audit"].rows, found["audit"].oldest) == (1, NEW)
    assert (found["dead letters"].rows, found["dead letters"].oldest) == (1, NEW)
    assert found["history"].rows == 0


def test_deployments_stay_while_they_are_active_or_the_history_needs_them(
    database: Database, log: ConfigurationLog
) -> None:
    deployments, trimming = Deployments(database), Trimming(database)
    active, needed, rejected, unneeded = (add_deployment(database, f"f{n}.py", b"x") for n in range(4))
    for each, state in (
        (active, DeploymentState.ACTIVE),
        (needed, DeploymentState.SUPERSEDED),
        (rejected, DeploymentState.REJECTED),
        (unneeded, DeploymentState.SUPERSEDED),
    ):
        assert deployments.set_state(each, [DeploymentState.CHECKING], state)
    put(log, Action.CREATE, "f.py", NEW, "deployment", deployment_id=needed)
    put(log, Action.UPDATE, "f.py", NEW, "deployment", deployment_id=active)
    later = datetime.now(UTC) + timedelta(days=1)
    assert trimming.deployments(CUT) == 0
    assert [trimming.deployments(later, 1) for _ in range(3)] == [1, 1, 0]
    assert [each.id for each in deployments.list()] == [needed, active]
    assert deployments.source(needed) == b"x"


def test_a_revision_that_is_not_kept_is_refused_by_name(database: Database, log: ConfigurationLog) -> None:
    put(log, Action.CREATE, "a", OLD, n=1)
    until = put(log, Action.UPDATE, "a", OLD, n=2)
    put(log, Action.UPDATE, "a", NEW, n=3)
    trimming = Trimming(database)
    trimming.history(trimming.begin_history(CUT))
    assert [item.revision for item in items_at(log, until)] == [until]
    with pytest.raises(InvalidInput, match=r"Revision 1 is not kept any more.*back to 2 .*history_days") as caught:
        items_at(log, 1)
    assert caught.value.code == "history-trimmed"
