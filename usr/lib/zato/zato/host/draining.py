"""Whether a server of this machine is about to stop: a file says so to all its workers and outlives them."""

from __future__ import annotations

from pathlib import Path

from zato.host.files import write_atomically


class Draining:
    """The marker in `path`, which any process of the server's own user may set, clear and read at any time.

    Health checks of a server that drains tell the balancer to send it no new requests. An operator's word that a server
    is to drain is configuration, which the balancer itself follows.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def begun(self) -> bool:
        """Whether the server drains."""
        return self._path.exists()

    def begin(self) -> None:
        """Health checks find out with the next one."""
        write_atomically(self._path, b"")

    def end(self) -> None:
        """The server takes requests again."""
        self._path.unlink(missing_ok=True)
