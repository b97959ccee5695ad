"""In which order the services of a machine take up another release, and how they come back to the former one."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from zato import __version__
from zato.appliance.units import Work
from zato.core.errors import SetupError


class Units(Protocol):
    """What `zato.appliance.units` offers of it."""

    def read_again(self) -> None: ...
    def running_servers(self) -> list[int]: ...
    def work_of(self, number: int) -> Work: ...
    def restart_server(self, number: int, expected: Work) -> None: ...
    def renew_balancer(self) -> None: ...
    def renew_console(self) -> None: ...


class CurrentRelease(Protocol):
    """What `zato.appliance.releases.Releases` offers of it."""

    def use(self, release: Path) -> None: ...


class Undone(SetupError):
    """It was not possible, and what runs is the release before."""


def start_what_runs(units: Units, releases: CurrentRelease, before: Path | None) -> None:
    """One server at a time, each at work again before the next one, then the balancer. Or all with the old release.

    The console comes last, and keeps nothing from being upgraded.

    Raises Undone, or SetupError where there is no release before.
    """
    restarted: dict[int, Work] = {}
    step = "systemd does not take the new units"
    try:
        units.read_again()
        for number in units.running_servers():
            step = f"Server {number} does not work with Zato {__version__}"
            restarted[number] = units.work_of(number)
            units.restart_server(number, restarted[number])
        step = f"The balancer does not work with Zato {__version__}"
        units.renew_balancer()
    except SetupError as error:
        if before is None:
            raise
        releases.use(before)
        failures = _restarted_again(units, restarted)
        raise Undone("\n".join([error.message, f"{step}, so the upgrade was undone.", *failures])) from error
    units.renew_console()


def _restarted_again(units: Units, restarted: dict[int, Work]) -> list[str]:
    """All servers that were restarted are with the release before; a sentence for each that is not at work with it."""
    failures = []
    for number in reversed(restarted):
        try:
            units.restart_server(number, restarted[number])
        except SetupError as error:
            failures.append(error.message)
    return failures
