"""What a ping of an outgoing toy connection finds."""

from __future__ import annotations

from zato.connector.connection import PingResult
from zato.connector.outcome import Stage


def ping(box: str, key: str | None) -> PingResult:
    """A box without a key is closed."""
    if key is None:
        return PingResult(False, Stage.AUTHENTICATION, f"The box {box} is closed.", 0.0)
    return PingResult(True, Stage.DONE, f"The box {box} is open.", 0.0)
