"""Following the log."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection
from functools import partial
from pathlib import Path
from typing import ClassVar

import pytest
from sqlalchemy import text

from support.waiting import PATIENCE_SECONDS, until
from zato.config.configuration import Configuration
from zato.config.follower import LogFollower, PatientNotifier
from zato.config.publisher import Author, ImportMode, Publisher
from zato.core.clock import SystemClock
from zato.core.errors import Unavailable
from zato.odb import restored
from zato.odb.change_notifier import PROMPT, ChangeNotifier, Patience
from zato.odb.database import Database
from zato.odb.log import ConfigurationLog, Following, StoredItem

BY = Author("ann", "c" * 32)


class Notifier:
    """Has news when told so."""

    interval_seconds = 0.001

    def __init__(self) -> None:
        self.news = True

    def changed(self) -> bool:
        had, self.news = self.news, False
        return had

    def wait(self, stop: threading.Event, seconds: float) -> None:
        stop.wait(min(seconds, self.interval_seconds))


class StillClock(SystemClock):
    """Stands until it is moved."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def monotonic(self) -> float:
        return self.seconds


class FailingLog(ConfigurationLog):
    """A log that is away when told to."""

    away = False

    def following(self, revision: int, limit: int = 1000) -> Following:
        self._fail()
        return super().following(revision, limit)

    def items_with_revision(self, kinds: Collection[str] | None = None) -> tuple[int, list[StoredItem]]:
        self._fail()
        return super().items_with_revision(kinds)

    def _fail(self) -> None:
        if self.away:
            raise Unavailable("The ODB is away.", code="odb-unavailable")


@pytest.fixture
def applied() -> list[Configuration]:
    return []


def test_the_first_step_reads_everything_and_the_next_what_is_new(
    publisher: Publisher, log: ConfigurationLog, applied: list[Configuration]
) -> None:
    publisher.create("service", "a", {}, by=BY)
    notifier = Notifier()
    follower = LogFollower(log, notifier, StillClock(), applied.append)
    assert follower.step()
    assert not follower.step()
    publisher.create("service", "b", {}, by=BY)
    assert not follower.step()  # nobody has notified it
    notifier.news = True
    assert follower.step()
    assert [configuration.revision for configuration in applied] == [1, 2]
    assert [item.name for item in follower.configuration.all("service")] == ["a", "b"]


def test_what_is_done_about_once_a_second_is_done_in_one_turn(log: ConfigurationLog) -> None:
    """What nobody has announced is looked for after one wait, not after several."""
    stop = threading.Event()

    class Sleeping(Notifier):
        waits: ClassVar[list[float]] = []

        def wait(self, stop: threading.Event, seconds: float) -> None:
            self.waits.append(seconds)
            stop.set()

    LogFollower(log, Sleeping(), StillClock(), lambda _: None).run(stop)
    assert Sleeping.waits == [PROMPT.unannounced_seconds]


def test_an_empty_log_is_applied_once_so_that_the_process_knows_it_is_ready(
    log: ConfigurationLog, applied: list[Configuration]
) -> None:
    follower = LogFollower(log, Notifier(), StillClock(), applied.append)
    assert follower.step()
    assert not follower.step()
    assert [configuration.revision for configuration in applied] == [0]


def test_only_a_look_into_the_log_is_told_of(database: Database, log: ConfigurationLog) -> None:
    class Looks:
        told: list[str] = []  # noqa: RUF012

        def look_begins(self) -> None:
            self.told.append("begins")

        def look_ends(self, *, answered: bool) -> None:
            self.told.append("applied" if answered else "no answer")

    def refuse(_: Configuration) -> None:
        raise ValueError("it cannot be applied")

    notifier, looks, failing = Notifier(), Looks(), FailingLog(database)
    follower = LogFollower(failing, notifier, StillClock(), list[Configuration]().append, looks=looks)
    failing.away = True
    with pytest.raises(Unavailable):
        follower.step()
    failing.away = False
    follower.step()
    follower.step()
    assert looks.told == ["begins", "no answer", "begins", "applied", "begins"]
    looks.told.clear()
    with pytest.raises(ValueError, match="cannot"):
        LogFollower(log, Notifier(), StillClock(), refuse, looks=looks).step()
    assert looks.told == ["begins"]


def test_what_was_appended_together_is_applied_together_however_much_it_is(
    publisher: Publisher, log: ConfigurationLog, applied: list[Configuration]
) -> None:
    notifier = Notifier()
    follower = LogFollower(log, notifier, StillClock(), applied.append)
    follower.step()
    many = "".join(f"  s{number}: {{}}\n" for number in range(2_345))
    publisher.import_(f"service:\n{many}", ImportMode.MERGE, by=BY)
    notifier.news = True
    assert follower.step()
    assert [configuration.revision for configuration in applied] == [0, 2_345]


def test_a_notification_that_could_not_be_followed_is_not_forgotten(
    publisher: Publisher, database: Database, applied: list[Configuration]
) -> None:
    log, notifier = FailingLog(database), Notifier()
    follower = LogFollower(log, notifier, StillClock(), applied.append)
    follower.step()
    publisher.create("service", "a", {}, by=BY)
    notifier.news, log.away = True, True
    for _ in range(2):
        with pytest.raises(Unavailable):
            follower.step()
    log.away = False
    assert follower.step()
    assert applied[-1].revision == 1


def test_a_configuration_that_could_not_be_applied_is_tried_again(publisher: Publisher, log: ConfigurationLog) -> None:
    publisher.create("service", "a", {}, by=BY)
    attempts: list[int] = []

    def apply(configuration: Configuration) -> None:
        attempts.append(configuration.revision)
        if len(attempts) < 3:
            raise RuntimeError("not yet")

    follower = LogFollower(log, Notifier(), StillClock(), apply)
    for _ in range(2):
        with pytest.raises(RuntimeError):
            follower.step()
        assert follower.configuration.revision == 0
    assert follower.step()
    assert follower.configuration.revision == 1


def test_a_missed_notification_and_a_restored_odb_are_noticed_within_seconds(
    publisher: Publisher, database: Database, log: ConfigurationLog, applied: list[Configuration]
) -> None:
    clock = StillClock()
    follower = LogFollower(log, Notifier(), clock, applied.append)
    follower.step()
    publisher.create("service", "a", {}, by=BY)
    publisher.create("service", "b", {}, by=BY)
    clock.seconds += 5
    assert follower.step()
    with database.write() as connection:  # what restoring a backup amounts to
        connection.exec_driver_sql("DELETE FROM zt_item WHERE name = 'b'")
        connection.exec_driver_sql("UPDATE zt_cluster SET revision = 1")
        connection.exec_driver_sql("DELETE FROM zt_audit")
        connection.exec_driver_sql("DELETE FROM zt_change WHERE revision = 2")
    clock.seconds += 5
    assert follower.step()
    assert [configuration.revision for configuration in applied] == [0, 2, 1]
    assert follower.configuration.get("service", "b") is None


def test_a_restored_odb_is_noticed_with_the_next_notification(
    publisher: Publisher, database: Database, log: ConfigurationLog, applied: list[Configuration]
) -> None:
    publisher.create("service", "a", {}, by=BY)
    notifier = Notifier()
    follower = LogFollower(log, notifier, StillClock(), applied.append)
    follower.step()
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE zt_cluster SET revision = 0")
        for table in ("zt_item", "zt_audit", "zt_change"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    notifier.news = True
    assert follower.step()
    assert [configuration.revision for configuration in applied] == [1, 0]
    assert follower.replaced is not None


def test_it_goes_on_through_failures_and_ticks_all_the_while(
    publisher: Publisher, database: Database, applied: list[Configuration]
) -> None:
    log, notifier, stop = FailingLog(database), Notifier(), threading.Event()
    log.away = True
    ticks: list[float] = []
    follower = LogFollower(log, notifier, SystemClock(), applied.append, lambda: ticks.append(time.monotonic()))
    thread = threading.Thread(target=follower.run, args=(stop,))
    thread.start()
    try:
        until(lambda: len(ticks) >= 4)
        publisher.create("service", "a", {}, by=BY)
        log.away = False
        until(lambda: bool(applied))
        assert applied[-1].revision == 1
    finally:
        stop.set()
        thread.join(PATIENCE_SECONDS)
    assert not thread.is_alive()


def test_a_change_in_another_process_reaches_a_listener_before_it_would_look_by_itself(
    publisher: Publisher, database: Database, tmp_path: Path, applied: list[Configuration]
) -> None:
    other = Database(f"sqlite:///{tmp_path / 'odb.sqlite'}")  # as another process has it
    stop = threading.Event()
    follower = LogFollower(ConfigurationLog(other), ChangeNotifier(other), SystemClock(), applied.append)
    thread = threading.Thread(target=follower.run, args=(stop,))
    thread.start()
    try:
        until(lambda: bool(applied))
        for revision in range(1, 11):
            publisher.create("service", f"s{revision}", {}, by=BY)
            until(lambda revision=revision: applied[-1].revision >= revision)
    finally:
        stop.set()
        thread.join(PATIENCE_SECONDS)
        other.dispose()


def test_another_history_is_taken_up_whole_whatever_its_revision(
    publisher: Publisher, log: ConfigurationLog, database: Database, applied: list[Configuration]
) -> None:
    clock, notifier = StillClock(), Notifier()
    publisher.create("service", "a.gone", {}, by=BY)
    publisher.create("service", "a.kept", {}, by=BY)
    follower = LogFollower(log, notifier, clock, applied.append)
    follower.step()
    # As of a backup from before a.kept, in which others have been made since: revision 3 is no change after our 2
    with database.write() as connection:
        connection.execute(text("DELETE FROM zt_change WHERE revision = 2"))
        connection.execute(text("DELETE FROM zt_item WHERE name = 'a.kept'"))
        connection.execute(text("UPDATE zt_cluster SET revision = 1"))
    restored.mark(database, clock.now(), principal="restore", cid="c", reason="restored")
    publisher.create("service", "a.other", {}, by=BY)
    publisher.create("service", "a.new", {}, by=BY)
    notifier.news = True
    assert follower.step()
    assert [item.name for item in applied[-1].all("service")] == ["a.gone", "a.new", "a.other"]
    assert follower.replaced is not None
    assert (follower.replaced.before, follower.replaced.now) == (2, 3)


def test_a_gap_in_the_log_is_read_over_by_reading_everything(
    publisher: Publisher, log: ConfigurationLog, database: Database, applied: list[Configuration]
) -> None:
    """A process that was away for longer than history is kept does not miss what was deleted meanwhile."""
    notifier = Notifier()
    publisher.create("service", "a.gone", {}, by=BY)
    follower = LogFollower(log, notifier, StillClock(), applied.append)
    follower.step()
    publisher.delete("service", "a.gone", 1, by=BY)
    publisher.create("service", "a.new", {}, by=BY)
    with database.write() as connection:
        connection.execute(text("DELETE FROM zt_change WHERE revision < 3"))
    notifier.news = True
    assert follower.step()
    assert [item.name for item in applied[-1].all("service")] == ["a.new"]
    assert follower.replaced is None


def test_what_is_announced_ends_the_wait_of_those_who_are_patient(
    database: Database, publisher: Publisher, by: Author
) -> None:
    notifier = PatientNotifier(ChangeNotifier(database, Patience(60, 60)), 30)
    until(lambda: not notifier.changed())  # a young stamp does not count as known
    writing = threading.Timer(0.3, partial(publisher.create, "service", "a", {}, by=by))
    writing.start()
    started = time.monotonic()
    notifier.wait(threading.Event(), 30)
    assert 0.3 <= time.monotonic() - started < 20
    assert notifier.changed()
    writing.join()
