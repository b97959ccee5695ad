"""What the singleton does goes on whatever else fails, and what fails again and again is said once."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from support.set_clock import SetClock
from support.waiting import until
from zato.config.configuration import Configuration
from zato.config.package_set import Declared
from zato.core.errors import Unavailable
from zato.host.layout import Layout
from zato.host.logs import configure
from zato.host.packages import PackageSet, PackageSets
from zato.host.settings import ClusterSettings
from zato.odb.changes import StoredItem
from zato.singleton.loop import SingletonLoop
from zato.singleton.other_machines import OtherMachines
from zato.singleton.packages import PackageReconciler


class Part:
    """One of those that take turns, the watchdog among them."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.turns = 0

    def step(self) -> None:
        self.turns += 1
        if self.error is not None:
            raise self.error

    def follow(self, configuration: Configuration) -> None:
        """Nothing to follow."""

    turn = step


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), Unavailable("The ODB is away.")])
def test_what_fails_is_said_once_and_holds_up_nothing_else(error: Exception, capfd: pytest.CaptureFixture[str]) -> None:
    configure("json", "info", "singleton")
    clock, certificates, machines, packages = SetClock(), Part(), Part(error), Part(error)
    loop = SingletonLoop(
        clock, *(cast(Any, each) for each in (certificates, Part(), machines, Part(), packages, Part()))
    )
    for _ in range(59):
        clock.advance(timedelta(seconds=1))
        loop.step()
    assert (machines.turns, packages.turns, certificates.turns) == (59, 59, 1)
    said = [json.loads(line)["event"] for line in capfd.readouterr().err.splitlines()]
    assert said == [
        "lighttpd cannot be told of other machines; trying again",
        "Packages cannot be looked at; trying again",
    ]


class Pip:
    """Which finds no room on the disk."""

    def __init__(self) -> None:
        self.attempts = 0

    def install(self, packages: PackageSet, directory: Path) -> None:
        self.attempts += 1
        raise OSError(28, "No space left on device")


def test_packages_that_find_no_room_are_tried_again_after_a_minute_and_not_all_the_time(tmp_path: Path) -> None:
    clock, pip = SetClock(), Pip()
    sets = PackageSets(tmp_path / "packages")
    reconciler = PackageReconciler(sets, cast(Any, pip), cast(Any, None), [], clock)
    reconciler._declared, reconciler._followed = Declared(7, PackageSet(("a==1",))), True

    def step() -> None:
        reconciler.step()
        until(lambda: reconciler._thread is None or not reconciler._thread.is_alive())

    for _ in range(5):
        step()
    assert pip.attempts == 1
    clock.advance(timedelta(seconds=61))
    step()
    assert pip.attempts == 2
    reconciler._declared = Declared(8, PackageSet(("a==2",)))
    step()
    assert pip.attempts == 3, "others are tried at once"


def test_that_there_are_other_machines_is_said_once_the_disk_has_room(tmp_path: Path) -> None:
    server = Layout(tmp_path).server(1)
    server.root.mkdir()
    (server.root / "applied").touch()  # nothing can be made there
    machines = OtherMachines([server], ClusterSettings())
    machines.step()
    machines.follow(Configuration.from_items(1, [StoredItem("server", "server-2", 1, '{"host": "two.example.com"}')]))
    with pytest.raises(OSError, match="File exists"):
        machines.step()
    (server.root / "applied").unlink()
    machines.step()
    assert server.other_machines.exists()
    machines.follow(Configuration.from_items(2, []))
    machines.step()
    assert not server.other_machines.exists()
