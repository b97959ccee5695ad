"""Whether a server of this machine is to get no new requests: a file says so to all its workers and outlives them."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from zato.host.files import write_atomically


class Reason(StrEnum):
    """Who wants it, and so when it ends."""

    OPERATOR = "operator"
    """Until the operator says that the server is ready again, or starts the whole cluster anew."""
    STOPPING = "stopping"
    """Until the server starts again."""


class Draining:
    """The marker in `path`, which any process of the server's own user may set, clear and read at any time."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def reason(self) -> Reason | None:
        """Why the server drains; None where it does not."""
        try:
            text = self._path.read_text(encoding="ascii", errors="replace").strip()
        except FileNotFoundError:
            return None
        # A file put there by hand is an operator's
        return Reason.STOPPING if text == Reason.STOPPING else Reason.OPERATOR

    def begin(self, reason: Reason) -> None:
        """Health checks find out with the next one. What an operator has asked for is left as it is."""
        if self.reason() is not Reason.OPERATOR:
            write_atomically(self._path, reason.encode())

    def end(self, reason: Reason) -> None:
        """The server takes requests again, where that was the reason why it did not."""
        if self.reason() is reason:
            self._path.unlink(missing_ok=True)
