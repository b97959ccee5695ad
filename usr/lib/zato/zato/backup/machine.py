"""What a restore asks of the machine: that nothing of the cluster runs, directories, and a start."""

from __future__ import annotations

from collections.abc import Callable
from shlex import quote
from typing import Protocol

from zato.core.errors import SetupError
from zato.host.layout import Layout
from zato.host.settings import load_cluster
from zato.quickstart.create import create
from zato.quickstart.lock import RunLock

Say = Callable[[str], None]


class Machine(Protocol):
    """A directory of a quickstart, or an appliance."""

    def check(self) -> None:
        """Raises SetupError where this cannot be done, as somebody has to see to something first."""
        ...

    def stop(self) -> None:
        """Nothing of the cluster runs."""
        ...

    def prepare(self, numbers: tuple[int, ...]) -> None:
        """There are the directories that parts are loaded into, each its user's."""
        ...

    def finish(self, numbers: tuple[int, ...], say: Say) -> None:
        """Whatever else a cluster needs is there, and belongs to whom it should."""
        ...

    def start(self, numbers: tuple[int, ...]) -> str:
        """It runs from now on, or the sentence says how it is started."""
        ...

    def go_on(self) -> None:
        """What `stop` has ended runs again, as everything is as it was."""
        ...


class Quickstart:
    """Everything is in one directory, and one user's."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    def check(self) -> None:
        holder = RunLock(self._layout.lock).holder()
        if holder is not None:
            raise SetupError(
                f"The cluster in {self._layout.root} runs, under process {holder}; end it with: zato quickstart stop "
                f"{quote(str(self._layout.root))}",
                code="already-running",
            )

    def stop(self) -> None:
        self.check()

    def prepare(self, numbers: tuple[int, ...]) -> None:
        self._layout.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._layout.haproxy.mkdir(mode=0o700)
        for number in numbers:
            paths = self._layout.server(number)
            for directory in (paths.root, paths.config):
                directory.mkdir(mode=0o700)

    def finish(self, numbers: tuple[int, ...], say: Say) -> None:
        create(self._layout, load_cluster(self._layout), {}, say)

    def go_on(self) -> None:
        """Nothing was ended."""

    def start(self, numbers: tuple[int, ...]) -> str:
        return f"Start it with: zato quickstart start {quote(str(self._layout.root))}"


def machine_of(layout: Layout) -> Machine:
    """The one that has that layout."""
    if not layout.is_appliance:
        return Quickstart(layout)
    from zato.backup.appliance import Appliance

    return Appliance(layout)
