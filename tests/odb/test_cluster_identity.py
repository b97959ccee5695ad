"""An ODB is told from another cluster's of the same name."""

from __future__ import annotations

import dataclasses
import sqlite3
import threading
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import Connection, exc, text

from support.databases import DatabaseAddress, initialised
from zato.config.configuration import Configuration
from zato.config.follower import LogFollower
from zato.core.clock import SystemClock
from zato.core.errors import SetupError, Unavailable
from zato.odb import cluster_identity, restored, state
from zato.odb.cluster import Cluster
from zato.odb.cluster_identity import Identity
from zato.odb.database import Database
from zato.odb.log import Action, ConfigurationLog, ProposedChange

OURS = Identity("k" * 64, "a" * 64)
OTHERS = Identity("l" * 64, "b" * 64)
SERVICE = ProposedChange("service", "of.us", Action.CREATE, "{}")


def test_from_its_first_start_on_it_is_nobody_elses(odb: DatabaseAddress) -> None:
    database = odb.open()
    for _ in range(2):
        cluster_identity.require(database, OURS)
    with pytest.raises(SetupError, match="another cluster of the same name") as caught:
        cluster_identity.require(database, OTHERS)
    assert caught.value.code == "odb-other-cluster"
    cluster_identity.require(database, OURS)
    database.dispose()


def test_either_of_its_keys_may_be_exchanged_one_after_the_other(sqlite_odb: Database) -> None:
    for each in (OURS, Identity(OTHERS.key_check, OURS.authority), OTHERS):
        cluster_identity.require(sqlite_odb, each)
    with pytest.raises(SetupError):
        cluster_identity.require(sqlite_odb, OURS)


def test_what_is_not_known_tells_nothing_and_forgets_nothing(sqlite_odb: Database) -> None:
    cluster_identity.require(sqlite_odb, OURS)
    cluster_identity.require(sqlite_odb, Identity(OURS.key_check, None))
    with pytest.raises(SetupError):
        cluster_identity.require(sqlite_odb, Identity(OTHERS.key_check, None))
    cluster_identity.require(sqlite_odb, Identity(OTHERS.key_check, OURS.authority))


def keep(database: Database, whose: Identity) -> None:
    """As another cluster of the same name, whose data was put in the place of ours."""
    restored.mark(database, SystemClock().now(), principal="restore", cid="c", reason="restored")
    with database.write() as connection:
        known = {"key_check": whose.key_check, "authority": whose.authority}
        state.put(connection, Cluster(database).id, known)
    item = SERVICE if whose is OURS else dataclasses.replace(SERVICE, name="of.others")
    ConfigurationLog(database).append([item], principal="p", cid="c", at=SystemClock().now())


class Always:
    """Each look is worth it."""

    interval_seconds = 0.0

    def changed(self) -> bool:
        return True

    def wait(self, stop: threading.Event, seconds: float) -> None:
        stop.wait(seconds)


def test_another_clusters_odb_in_the_place_of_ours_is_neither_followed_nor_written_to(odb: DatabaseAddress) -> None:
    database, applied = odb.open(), list[Configuration]()
    cluster_identity.require(database, OURS)
    guarded = odb.open(owner=cluster_identity.guard(OURS, "here"))
    log = ConfigurationLog(guarded)
    follower = LogFollower(log, Always(), SystemClock(), applied.append)
    follower.step()
    keep(database, OTHERS)  # by restoring it: connections stay
    with pytest.raises(Unavailable, match="The ODB at here keeps another cluster") as caught:
        follower.step()
    assert caught.value.code == "odb-other-cluster"
    assert "here" not in caught.value.outside().message
    with pytest.raises(Unavailable):
        log.append([SERVICE], principal="p", cid="c", at=SystemClock().now())
    assert [each.revision for each in applied] == [0]
    assert follower.replaced is None
    keep(database, OURS)
    assert follower.step()
    assert [item.name for item in applied[-1].all("service")] == ["of.others", "of.us"]
    guarded.dispose()
    database.dispose()


def test_another_clusters_file_in_the_place_of_ours_is_away(tmp_path: Path) -> None:
    ours, others = (initialised(DatabaseAddress(f"sqlite:///{tmp_path / name}.sqlite")) for name in ("ours", "others"))
    for address, whose in ((ours, OURS), (others, OTHERS)):
        database = address.open()
        cluster_identity.require(database, whose)
        database.dispose()
    guarded = ours.open(owner=cluster_identity.guard(OURS, "here"))
    with guarded.read():
        pass
    (tmp_path / "others.sqlite").replace(tmp_path / "ours.sqlite")
    with pytest.raises(Unavailable) as caught, guarded.read():
        pass
    assert caught.value.code == "odb-other-cluster"
    guarded.dispose()


def test_an_odb_that_does_not_tell_whose_it_is_is_used(tmp_path: Path) -> None:
    empty = DatabaseAddress(f"sqlite:///{tmp_path / 'odb.sqlite'}")
    sqlite3.connect(tmp_path / "odb.sqlite").close()
    database = empty.open(owner=cluster_identity.guard(OURS, "here"))
    with database.read() as connection:
        assert connection.scalar(text("SELECT 1")) == 1
    database.dispose()


class Failing:
    """A connection whose database answers each question with an error."""

    def __init__(self, reason: str) -> None:
        self._error = exc.OperationalError("SELECT", {}, Exception(reason))

    def execute(self, _query: object) -> None:
        raise self._error

    def rollback(self) -> None:
        """Nothing is under way."""


@pytest.mark.parametrize(
    "reason", ["canceling statement due to statement timeout", "database is locked", "(1205, 'x')"]
)
def test_an_odb_that_cannot_be_asked_whose_it_is_is_not_used(reason: str) -> None:
    with pytest.raises(exc.OperationalError):
        cluster_identity.guard(OURS, "here")(cast(Connection, Failing(reason)))


@pytest.mark.parametrize(
    "reason",
    [
        "no such table: zt_state",
        'relation "zt_state" does not exist',
        "(1146, 'x')",
        "ORA-00942: x",
        "no such column: x",
        "column zt_state.x does not exist",
        "(1054, 'x')",
        'ORA-00904: "X": invalid identifier',
    ],
)
def test_an_odb_of_an_older_release_is_used(reason: str) -> None:
    cluster_identity.guard(OURS, "here")(cast(Connection, Failing(reason)))
