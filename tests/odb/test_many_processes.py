"""Many processes use one ODB at once, on every database."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

from support.databases import DatabaseAddress
from support.odb_process import run_together
from zato.odb import migrate
from zato.odb.audit import AuditLog
from zato.odb.database import Database
from zato.odb.deployments import Deployments
from zato.odb.log import Action, ConfigurationLog, ProposedChange
from zato.odb.members import Members

WRITERS = 4
APPENDS = 30
TOTAL = WRITERS * sum(number % 3 + 1 for number in range(APPENDS))


def test_revisions_have_no_gap_nothing_is_lost_and_readers_see_them_in_order(
    odb: DatabaseAddress, database: Database
) -> None:
    writers, followers = run_together(
        odb,
        [("append", f"w{number}", str(APPENDS)) for number in range(WRITERS)],
        [("follow", str(TOTAL))] * 2,
    )
    revisions = sorted(itertools.chain.from_iterable(writers))
    assert revisions == list(range(1, TOTAL + 1))

    log = ConfigurationLog(database)
    changes = log.changes_after(0, TOTAL + 1)
    assert [change.revision for change in changes] == revisions
    for number, got in enumerate(writers):
        assert [change.revision for change in changes if change.principal == f"w{number}"] == got
    assert log.revision() == len(log.items()) == TOTAL

    entries = AuditLog(database).entries(limit=TOTAL + 1)
    assert sorted((entry.revision or 0, entry.cid, entry.subject) for entry in entries) == [
        (change.revision, change.cid, f"{change.kind}:{change.name}") for change in changes
    ]

    for seen in followers:
        assert seen["broken"] == []
        assert seen["known"] == seen["items"] == TOTAL
        assert seen["steps"] > 5, "it has to have read while the others wrote"


def test_no_update_is_lost_when_processes_change_the_same_item(odb: DatabaseAddress, database: Database) -> None:
    log = ConfigurationLog(database)
    log.append([ProposedChange("service", "counter", Action.CREATE, "0")], principal="p", cid="c", at=datetime.now(UTC))
    conflicts, _ = run_together(odb, [("increment", "15")] * 3)
    assert log.item("service", "counter").data == "45"
    assert log.revision() == 46
    assert sum(conflicts) > 0, "they have to have met"


def test_each_deployment_is_claimed_by_exactly_one_process(odb: DatabaseAddress, database: Database) -> None:
    deployments = Deployments(database)
    for number in range(30):
        deployments.add(
            file_name=f"f{number}.py",
            module=f"f{number}",
            form="py",
            sha256="0" * 64,
            source=b"",
            author="ann",
            cid="c",
            at=datetime.now(UTC),
        )
    claimed, _ = run_together(odb, [("claim", f"w{number}") for number in range(3)])
    assert sorted(itertools.chain.from_iterable(claimed)) == sorted(one.id for one in deployments.list())
    for number, got in enumerate(claimed):
        assert {deployments.get(one).reason for one in got} <= {f"claimed by w{number}"}


def test_servers_may_register_at_the_same_time(odb: DatabaseAddress, database: Database) -> None:
    run_together(odb, [("register", "10")] * 3)
    assert [server.number for server in Members(database).servers()] == list(range(10))


def test_several_processes_may_prepare_an_odb_at_once(empty_database: DatabaseAddress) -> None:
    versions, _ = run_together(empty_database, [("init", "zato")] * 3)
    assert versions == [migrate.head_version()] * 3
    database = empty_database.open()
    assert ConfigurationLog(database).items_with_revision() == (0, [])
    database.dispose()
