"""Claims on the rows of a table with a key of several columns, on every database."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    delete,
    event,
    insert,
    select,
)

from support.waiting import PATIENCE_SECONDS
from zato.core.errors import Unavailable
from zato.odb.claimed_table import ClaimedTable, Key
from zato.odb.claims import Claim, Claims, Dead, Done, Later
from zato.odb.cluster import Cluster
from zato.odb.columns import Label, Prose, UtcDateTime
from zato.odb.database import Database
from zato.odb.dead_letters import DeadLetters

NOW = datetime(2026, 11, 25, 12, 30, 15, 123456, tzinfo=UTC)
LATER = NOW + timedelta(seconds=10)

firing = Table(
    "test_firing",
    MetaData(),
    Column("cluster_id", Integer, nullable=False),
    Column("job", Label(120), nullable=False),
    Column("scheduled", UtcDateTime, nullable=False),
    Column("state", Label(10), nullable=False),
    Column("due", UtcDateTime, nullable=False),
    Column("fence", BigInteger, nullable=False),
    Column("owner", Label(120)),
    Column("attempts", Integer, nullable=False),
    Column("begun", Boolean, nullable=False),
    Column("reason", Prose),
    PrimaryKeyConstraint("cluster_id", "job", "scheduled", name="test_firing_pk"),
    UniqueConstraint("cluster_id", "state", "due", "job", "scheduled", name="test_firing_due_uq"),
)


class World:
    """Firings of two jobs, and claims on them, each in a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.cluster = Cluster(database)
        self.table = ClaimedTable(firing, self.cluster)
        self.claims = Claims(self.table)
        self.dead_letters = DeadLetters(self.table)

    def fill(self, count: int) -> list[Key]:
        keys = [(f"job-{number % 2}", NOW + timedelta(microseconds=number)) for number in range(count)]
        rows = [
            {
                "cluster_id": self.cluster.id,
                "job": job,
                "scheduled": scheduled,
                "state": "waiting",
                "due": scheduled,
                "fence": 0,
                "attempts": 0,
                "begun": False,
            }
            for job, scheduled in keys
        ]
        with self.database.write() as connection:
            connection.execute(insert(firing), rows)
        return keys

    def claim(self, limit: int, now: datetime, until: datetime, owner: str | None = None) -> list[Claim]:
        with self.database.write() as connection:
            return self.claims.claim(connection, limit, now, until, owner=owner)

    def settle(self, *settlements: Done[Claim] | Later[Claim] | Dead[Claim]) -> list[Claim]:
        with self.database.write() as connection:
            return self.claims.settle(connection, settlements)

    def left(self) -> int:
        with self.database.read() as connection:
            return len(connection.execute(select(firing.c.job)).all())


@pytest.fixture
def world(database: Database) -> Iterator[World]:
    with database.maintenance() as connection:
        firing.create(connection)
        connection.commit()
    yield World(database)
    with database.maintenance() as connection:
        firing.drop(connection)
        connection.commit()


def test_rows_are_claimed_in_the_order_in_which_they_are_due(world: World) -> None:
    keys = world.fill(5)
    assert [claim.key for claim in world.claim(3, LATER, LATER + timedelta(seconds=1))] == keys[:3]
    assert [claim.key for claim in world.claim(5, LATER, LATER + timedelta(seconds=1))] == keys[3:]
    assert world.claim(5, LATER, LATER) == []


def test_of_two_claims_on_a_row_the_later_one_counts_in_one_set_too(world: World) -> None:
    world.fill(1)
    [lost] = world.claim(1, LATER, LATER)
    [held] = world.claim(1, LATER, LATER + timedelta(seconds=5))
    assert (held.fence, held.attempt, held.begun) == (lost.fence + 1, 2, True)
    with world.database.write() as connection:
        assert world.claims.extend(connection, [lost, held], LATER + timedelta(hours=1)) == [lost]
    assert world.claim(1, LATER + timedelta(seconds=6), LATER) == []
    assert world.settle(Done(lost), Dead(lost, LATER, "x"), Done(held)) == [lost, lost]
    assert world.left() == 0


def test_each_settlement_of_a_set_is_its_rows_own(world: World) -> None:
    keys = world.fill(5)
    first, second, third, fourth, fifth = world.claim(5, LATER, LATER + timedelta(seconds=1), "singleton-1")
    again = LATER + timedelta(seconds=3)
    assert (
        world.settle(
            Done(first),
            Later(second, LATER, "not yet", counted=False),
            Later(third, again, "no luck"),
            Dead(fourth, LATER, "never"),
            Dead(fifth, LATER - timedelta(days=1), "not begun", counted=False),
        )
        == []
    )
    [back] = world.claim(5, LATER, LATER + timedelta(hours=1))
    assert (back.key, back.attempt, back.begun, back.reason) == (keys[1], 1, False, "not yet")
    [back] = world.claim(5, again, LATER + timedelta(hours=1))
    assert (back.key, back.attempt, back.begun, back.reason) == (keys[2], 2, True, "no luck")
    with world.database.write() as connection:
        assert world.dead_letters.counts(connection) == (2, 2)
        assert world.dead_letters.older(connection, LATER, 5) == [keys[4]]
        assert world.dead_letters.retry(connection, [keys[3]], LATER) == 1
    [back] = world.claim(5, LATER, LATER + timedelta(hours=1))
    assert (back.key, back.attempt, back.begun, back.reason) == (keys[3], 1, True, None)
    with world.database.write() as connection:
        world.dead_letters.delete_older(connection, [keys[4], keys[3]], LATER)
        assert world.dead_letters.counts(connection) == (3, 0)


def test_the_claims_of_who_has_ended_are_released(world: World) -> None:
    keys = world.fill(4)
    world.claim(2, LATER, LATER + timedelta(seconds=5), "singleton-1")
    world.claim(2, LATER, LATER + timedelta(seconds=5), "singleton-2")
    with world.database.write() as connection:
        assert world.claims.release(connection, "singleton-1", LATER) == 2
    assert sorted(claim.key for claim in world.claim(5, LATER, LATER)) == sorted(keys[:2])


def test_many_rows_take_few_statements(world: World) -> None:
    """More than a database takes in one condition, and every other one lost."""
    world.fill(520)
    lost = world.claim(520, LATER, LATER)
    assert len(lost) == 520
    held = world.claim(260, LATER, LATER + timedelta(hours=1))
    statements: list[str] = []

    def executed(*arguments: object) -> None:
        statements.append(str(arguments[2]))

    event.listen(world.database._engine, "before_cursor_execute", executed)
    try:
        gone = world.settle(*(Done(claim) for claim in lost), *(Later(claim, LATER, "x") for claim in held))
    finally:
        event.remove(world.database._engine, "before_cursor_execute", executed)
    assert {claim.key for claim in gone} == {claim.key for claim in held}
    assert world.left() == 260
    assert len(statements) < 10, "in sets"


def test_each_row_is_worked_on_by_one_of_many_at_a_time_and_none_is_left(world: World) -> None:
    """Leases that are over at once, as of processes that were stopped, and claims that are kept, all at random."""
    world.fill(60)
    done: Counter[Key] = Counter()
    fences: Counter[tuple[Key, int]] = Counter()
    noted = threading.Lock()
    failures: list[BaseException] = []

    def settled(found: list[Claim]) -> list[Claim]:
        while True:  # no time passes, after which claims that a deadlock leaves would expire
            try:
                return world.settle(*(Done(claim) for claim in found))
            except Unavailable:
                continue

    def work(number: int) -> None:
        turn, deadline = 0, time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            turn += 1
            try:
                late = (turn + number) % 3 == 0
                found = world.claim(4, LATER, LATER if late else LATER + timedelta(seconds=1))
                if not found and world.left() == 0:
                    return
                with noted:
                    fences.update((claim.key, claim.fence) for claim in found)
                if late and turn % 2:
                    continue
                lost = settled(found)
                with noted:
                    done.update(claim.key for claim in found if claim not in lost)
            except Unavailable:
                continue  # such as a deadlock: try again
            except BaseException as error:
                failures.append(error)
                raise

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert world.left() == 0
    assert set(done.values()) == {1}
    assert len(done) == 60
    assert set(fences.values()) == {1}, "no two claims have the same fencing number"


def test_a_row_that_is_gone_is_lost(world: World) -> None:
    world.fill(1)
    [claim] = world.claim(1, LATER, LATER + timedelta(seconds=5))
    with world.database.write() as connection:
        connection.execute(delete(firing))
    assert world.settle(Later(claim, LATER, "x")) == [claim]
