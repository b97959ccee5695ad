"""The embedded change notifier."""

from __future__ import annotations

import errno
import os
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from support.databases import initialised, new_sqlite
from support.set_clock import SetClock
from support.waiting import LATE_SECONDS, until
from zato.odb import announcing
from zato.odb.change_notifier import PATIENT, PROMPT, ChangeNotifier, Patience
from zato.odb.database import Database
from zato.odb.log import Action, ConfigurationLog, ProposedChange
from zato.odb.members import Members


def quiet(notifier: ChangeNotifier) -> None:
    until(lambda: not notifier.changed())


def append(log: ConfigurationLog, name: str) -> None:
    log.append([ProposedChange("service", name, Action.CREATE, "{}")], principal="p", cid="c", at=datetime.now(UTC))


def test_it_says_changed_at_first_and_is_quiet_while_nothing_happens(sqlite_odb: Database) -> None:
    ConfigurationLog(sqlite_odb).revision()
    notifier = ChangeNotifier(sqlite_odb)
    assert notifier.changed()
    quiet(notifier)
    answers = []
    for _ in range(20):
        answers.append(notifier.changed())
        time.sleep(0.01)
    assert not any(answers)


def test_it_says_changed_for_a_change_of_another_connection(sqlite_odb: Database) -> None:
    notifier = ChangeNotifier(sqlite_odb)
    quiet(notifier)
    append(ConfigurationLog(sqlite_odb), "a")
    assert notifier.changed()


def test_it_says_changed_when_the_database_is_made_after_it(tmp_path: Path) -> None:
    address = new_sqlite(tmp_path)
    database = address.open()
    notifier = ChangeNotifier(database)
    quiet(notifier)
    initialised(address)
    assert notifier.changed()


def test_it_takes_microseconds(sqlite_odb: Database) -> None:
    ConfigurationLog(sqlite_odb).revision()
    notifier = ChangeNotifier(sqlite_odb)
    quiet(notifier)
    started = time.process_time()
    for _ in range(1000):
        notifier.changed()
    assert time.process_time() - started < 1


def test_a_second_change_within_one_tick_of_the_file_system_clock_is_not_missed(sqlite_odb: Database) -> None:
    append(ConfigurationLog(sqlite_odb), "a")
    notifier = ChangeNotifier(sqlite_odb)
    quiet(notifier)
    assert sqlite_odb.file is not None
    os.utime(sqlite_odb.file)
    stamp = Path(sqlite_odb.file).stat().st_mtime_ns
    assert notifier.changed()
    os.utime(sqlite_odb.file, ns=(stamp, stamp))  # another announcement, stamped the same
    assert notifier.changed()
    quiet(notifier)


def test_a_heart_beat_makes_nobody_look_and_what_a_worker_has_applied_does(sqlite_odb: Database) -> None:
    members, notifier = Members(sqlite_odb), ChangeNotifier(sqlite_odb)
    members.register_worker(1, "w", datetime.now(UTC))
    quiet(notifier)
    members.beat("w", 1, datetime.now(UTC), announced=False)
    assert not notifier.changed()
    members.beat("w", 2, datetime.now(UTC))
    assert notifier.changed()


def test_what_is_not_announced_is_looked_for_within_a_second(sqlite_odb: Database) -> None:
    """By a process that ended after its commit, or of the release before."""
    notifier = ChangeNotifier(sqlite_odb)
    quiet(notifier)
    with sqlite_odb.write(announced=False):
        pass
    started = time.monotonic()
    until(notifier.changed)
    assert time.monotonic() - started < 1 + LATE_SECONDS


def test_who_waits_is_woken_by_a_change_and_by_the_end(sqlite_odb: Database) -> None:
    notifier, stop, took = ChangeNotifier(sqlite_odb), threading.Event(), []
    for end in (lambda: append(ConfigurationLog(sqlite_odb), "a"), stop.set):
        quiet(notifier)
        threading.Timer(0.1, end).start()
        started = time.monotonic()
        notifier.wait(stop, 30)
        took.append(time.monotonic() - started)
    assert max(took) < LATE_SECONDS
    assert min(took) > 0.05


def test_without_a_watch_who_waits_is_woken_all_the_same(sqlite_odb: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user may have no more than so many of the kernel's."""

    def refuse(_: object) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(announcing, "INotify", lambda: refuse(None))
    notifier = ChangeNotifier(sqlite_odb)
    quiet(notifier)
    threading.Timer(0.1, append, (ConfigurationLog(sqlite_odb), "a")).start()
    started = time.monotonic()
    notifier.wait(threading.Event(), 30)
    assert time.monotonic() - started < LATE_SECONDS


def test_who_waits_is_woken_by_another_file_in_its_place(tmp_path: Path) -> None:
    """And by what happens to that one afterwards."""
    file = tmp_path / "odb.sqlite"
    file.touch()
    announcements = announcing.Announcements(str(file))

    def replace() -> None:
        (tmp_path / "new").touch()
        (tmp_path / "new").replace(file)

    for change in (replace, lambda: announcing.announce(str(file))):
        announcements.watch()
        announcements.wait(0)
        threading.Timer(0.05, change).start()
        started = time.monotonic()
        announcements.wait(30)
        assert time.monotonic() - started < LATE_SECONDS


def test_who_waits_long_enough_returns(sqlite_odb: Database) -> None:
    notifier = ChangeNotifier(sqlite_odb)
    quiet(notifier)
    started = time.monotonic()
    notifier.wait(threading.Event(), 0.05)
    assert time.monotonic() - started >= 0.05


def test_it_says_changed_once_a_second_whatever_the_files_say(sqlite_odb: Database) -> None:
    notifier = ChangeNotifier(sqlite_odb)
    quiet(notifier)
    time.sleep(1.05)
    assert notifier.changed()
    assert not notifier.changed()


def test_a_follower_by_notifier_sees_every_change_before_its_next_look(sqlite_odb: Database) -> None:
    log, notifier = ConfigurationLog(sqlite_odb), ChangeNotifier(sqlite_odb)
    Members(sqlite_odb).register_worker(1, "w", datetime.now(UTC))
    known, took = 0, []
    for number in range(100):
        append(log, f"item-{number}")
        started = time.monotonic()
        while known <= number:
            if notifier.changed():
                known = max([known, *(change.revision for change in log.changes_after(known))])
        took.append(time.monotonic() - started)
        time.sleep(0.003 * (number % 5))
    # A change that nobody is notified of takes up to a second
    assert sorted(took)[94] < 0.5


@pytest.fixture
def server() -> Database:
    """Nothing connects to it."""
    return Database("postgresql+psycopg2://zato@127.0.0.1/zato")


@pytest.mark.parametrize("patience", [PROMPT, PATIENT])
def test_a_server_is_asked_once_in_each_interval(server: Database, patience: Patience) -> None:
    clock = SetClock()
    notifier = ChangeNotifier(server, patience, clock.monotonic)
    answers = []
    for _ in range(100):
        answers.append(notifier.changed())
        clock.advance(patience.interval_seconds / 10)
    assert notifier.interval_seconds == patience.interval_seconds
    assert answers[0]
    assert 8 <= sum(answers) <= 10


def test_a_server_is_asked_more_often_where_requests_wait() -> None:
    assert PROMPT.interval_seconds <= 0.1 < PATIENT.interval_seconds


def test_a_wait_for_a_server_ends_when_it_is_to_be_asked_again(server: Database) -> None:
    notifier = ChangeNotifier(server, Patience(60, 0.01))
    assert notifier.changed()
    notifier.wait(threading.Event(), 3600)
    assert notifier.changed()


def test_a_wait_for_a_server_ends_when_it_is_told_to_stop(server: Database) -> None:
    stop = threading.Event()
    stop.set()
    ChangeNotifier(server, Patience(60, 3600)).wait(stop, 3600)
