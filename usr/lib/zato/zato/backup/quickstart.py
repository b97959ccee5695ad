"""What a restore asks of a quickstart."""

from __future__ import annotations

from shlex import quote

from zato.backup.machine import Say
from zato.core.errors import SetupError
from zato.host.layout import Layout
from zato.host.settings import load_cluster
from zato.quickstart.create import create
from zato.quickstart.lock import RunLock


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
        """Does nothing: nothing was ended."""

    def start(self, numbers: tuple[int, ...]) -> str:
        return f"Start it with: zato quickstart start {quote(str(self._layout.root))}"
