"""In which order the services of a machine take up another release, and how they come back to the former one."""

from __future__ import annotations

from pathlib import Path

import pytest

from zato.appliance import units as real_units
from zato.appliance.restarting import Undone, Units, start_what_runs
from zato.appliance.units import Work
from zato.core.errors import SetupError

BEFORE = Path("/usr/lib/zato/releases/4.0.9")
SERVES = Work(serves=True, balanced=True)
IDLE = Work(serves=False, balanced=False)
THE_UNITS_OF_THE_APPLIANCE: Units = real_units


class Machine:
    """Its units and its release, and what was done to them. What is `failing` does so once, or always."""

    def __init__(self, *failing: str, always: tuple[str, ...] = ()) -> None:
        self.done: list[str] = []
        self.expected: list[Work] = []
        self._failing = [*failing]
        self._always = always

    def _do(self, what: str) -> None:
        self.done.append(what)
        if what in self._failing or what in self._always:
            self._failing = [each for each in self._failing if each != what]
            raise SetupError(f"No {what}.")

    def read_again(self) -> None:
        self._do("read")

    def running_servers(self) -> list[int]:
        return [1, 2, 5]

    def work_of(self, number: int) -> Work:
        self._do(f"look {number}")
        return IDLE if number == 2 else SERVES

    def restart_server(self, number: int, expected: Work) -> None:
        self.expected.append(expected)
        self._do(f"restart {number}")

    def renew_balancer(self) -> None:
        self._do("balancer")

    def renew_console(self) -> None:
        self._do("console")

    def use(self, release: Path) -> None:
        self._do(f"use {release.name}")


def test_one_server_after_the_other_then_the_balancer_and_the_console_last() -> None:
    machine = Machine()
    start_what_runs(machine, machine, BEFORE)
    servers = ["look 1", "restart 1", "look 2", "restart 2", "look 5", "restart 5"]
    assert machine.done == ["read", *servers, "balancer", "console"]
    assert machine.expected == [SERVES, IDLE, SERVES]  # one that did nothing before is not waited for


@pytest.mark.parametrize(
    ("failing", "undone", "reason"),
    [
        ("read", ["use 4.0.9"], "systemd does not take the new units, so the upgrade was undone"),
        ("restart 1", ["use 4.0.9", "restart 1"], "Server 1 does not work with Zato"),
        ("restart 2", ["use 4.0.9", "restart 2", "restart 1"], "Server 2 does not work with Zato"),
        ("balancer", ["use 4.0.9", "restart 5", "restart 2", "restart 1"], "The balancer does not work with Zato"),
    ],
)
def test_what_fails_is_undone_in_the_opposite_order(failing: str, undone: list[str], reason: str) -> None:
    machine = Machine(failing)
    with pytest.raises(Undone, match=reason) as raised:
        start_what_runs(machine, machine, BEFORE)
    assert raised.value.message.startswith(f"No {failing}.\n")
    failed = machine.done.index(failing)
    assert machine.done[failed + 1 :] == undone
    assert machine.expected[-1:] in ([SERVES], [])


def test_a_server_that_does_not_come_back_does_not_keep_others_from_it() -> None:
    machine = Machine(always=("restart 5",))
    with pytest.raises(Undone) as raised:
        start_what_runs(machine, machine, BEFORE)
    assert machine.done[-3:] == ["restart 5", "restart 2", "restart 1"]
    assert raised.value.message.count("No restart 5.") == 2


def test_an_installation_has_nothing_to_come_back_to() -> None:
    machine = Machine("restart 2")
    with pytest.raises(SetupError, match="No restart 2") as raised:
        start_what_runs(machine, machine, None)
    assert not isinstance(raised.value, Undone)
    assert machine.done[-1] == "restart 2"
