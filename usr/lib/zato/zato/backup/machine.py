"""What a restore asks of the machine: that nothing of the cluster runs, directories, and a start."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

Say = Callable[[str], None]


class Machine(Protocol):
    """A directory of a quickstart, or an appliance."""

    def check(self) -> None:
        """Raises SetupError where this cannot be done, as somebody has to see to something first."""
        ...

    def stop(self) -> None:
        """Stops everything of the cluster."""
        ...

    def prepare(self, numbers: tuple[int, ...]) -> None:
        """Makes the directories that parts are loaded into, each its user's."""
        ...

    def finish(self, numbers: tuple[int, ...], say: Say) -> None:
        """Whatever else a cluster needs is there, and belongs to whom it should."""
        ...

    def start(self, numbers: tuple[int, ...]) -> str:
        """Starts it, or returns a sentence that says how it is started."""
        ...

    def go_on(self) -> None:
        """What `stop` has ended runs again, as everything is as it was."""
        ...
