"""When packages are installed, what is said of it, and when it is tried again."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from support.set_clock import SetClock
from support.waiting import until
from zato.config.configuration import Configuration
from zato.core.errors import SetupError, Unavailable
from zato.host.packages import PackageSet, PackageSets
from zato.odb.changes import StoredItem
from zato.odb.package_reports import PackageReport
from zato.singleton.packages import PackageReconciler


class Pip:
    """Which installs nothing, or has a reason not to."""

    def __init__(self) -> None:
        self.attempts: list[tuple[str, ...]] = []
        self.error: Exception | None = None

    def install(self, packages: PackageSet, directory: Path) -> None:
        self.attempts.append(packages.lines)
        if self.error is not None:
            raise self.error


class Reports:
    """What the servers have said, the last word of each."""

    def __init__(self) -> None:
        self.said: dict[int, PackageReport] = {}
        self.puts = 0
        self.away = False

    def put(self, report: PackageReport) -> None:
        if self.away:
            raise Unavailable("The ODB is away.")
        self.puts += 1
        self.said[report.server] = report


class Machine:
    """One with two servers, turned by hand."""

    def __init__(self, directory: Path) -> None:
        self.clock, self.pip, self.reports = SetClock(), Pip(), Reports()
        self.sets = PackageSets(directory / "packages")
        self.reconciler = PackageReconciler(self.sets, cast(Any, self.pip), cast(Any, self.reports), [1, 3], self.clock)

    def declare(self, revision: int, requirements: str | None) -> None:
        items = [] if requirements is None else [_declared(revision, requirements)]
        self.reconciler.follow(Configuration.from_items(revision, items))

    def step(self) -> None:
        """A look, and what follows from it."""
        self.reconciler.step()
        until(lambda: self.reconciler._thread is None or not self.reconciler._thread.is_alive())

    def told(self) -> list[tuple[int, int, bool, str | None]]:
        return [(each.server, each.revision, each.installed, each.reason) for each in self.reports.said.values()]


def _declared(revision: int, requirements: str) -> StoredItem:
    return StoredItem("packages", "packages", revision, f'{{"requirements": "{requirements}"}}')


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_what_is_declared_is_installed_once_and_each_server_says_so_once(machine: Machine) -> None:
    machine.declare(7, "a==1")
    for _ in range(4):
        machine.step()
    assert machine.pip.attempts == [("a==1",)]
    assert machine.told() == [(1, 7, True, None), (3, 7, True, None)]
    assert machine.reports.puts == 2
    assert machine.sets.current() == machine.sets.directory(PackageSet(("a==1",))).resolve()


def test_nothing_is_done_before_there_is_a_configuration(machine: Machine) -> None:
    machine.sets.install(PackageSet(("a==1",)), lambda packages, directory: None)
    machine.sets.make_current(PackageSet(("a==1",)))
    machine.step()
    assert machine.sets.current() is not None
    assert machine.reports.puts == 0


def test_a_later_revision_of_the_same_packages_is_said_and_not_installed(machine: Machine) -> None:
    for revision in (7, 8):
        machine.declare(revision, "a==1")
        for _ in range(2):
            machine.step()
    assert machine.pip.attempts == [("a==1",)]
    assert machine.told() == [(1, 8, True, None), (3, 8, True, None)]


def test_without_any_there_is_no_set_that_services_use(machine: Machine) -> None:
    machine.declare(7, "a==1")
    machine.step()
    machine.step()
    machine.declare(8, None)
    machine.step()
    assert machine.sets.current() is None
    machine.declare(9, "a==1")
    machine.step()
    assert machine.sets.current() is not None
    assert machine.told() == [(1, 9, True, None), (3, 9, True, None)]


def test_why_they_are_not_installed_is_said_with_each_attempt(machine: Machine) -> None:
    machine.pip.error = SetupError("There is no a==1.")
    machine.declare(7, "a==1")
    machine.step()
    assert machine.told() == [(1, 7, False, "There is no a==1."), (3, 7, False, "There is no a==1.")]
    assert machine.sets.current() is None


def test_what_cannot_be_said_while_the_odb_is_away_is_said_afterwards(machine: Machine) -> None:
    machine.reports.away = True
    machine.declare(7, "a==1")
    machine.step()
    with pytest.raises(Unavailable):
        machine.step()
    machine.reports.away = False
    machine.step()
    assert machine.told() == [(1, 7, True, None), (3, 7, True, None)]


def test_packages_that_find_no_room_are_tried_again_after_a_minute_and_not_all_the_time(machine: Machine) -> None:
    machine.pip.error = OSError(28, "No space left on device")
    machine.declare(7, "a==1")
    for _ in range(5):
        machine.step()
    assert len(machine.pip.attempts) == 1
    machine.clock.advance(timedelta(seconds=61))
    machine.step()
    assert len(machine.pip.attempts) == 2
    machine.declare(8, "a==2")
    machine.step()
    assert machine.pip.attempts[2:] == [("a==2",)], "others are tried at once"
