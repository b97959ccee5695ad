"""How long to wait before the next attempt to connect. Pure."""

from __future__ import annotations

_FIRST_SECONDS = 0.2
_LONGEST_SECONDS = 2.0


def pause_seconds(failed: int, chance: float) -> float:
    """After so many rounds over all hosts that failed; `chance`, from 0 to 1, keeps processes from coming all at once.

    Never long: RabbitMQ is to be used again within seconds of its return.
    """
    longest = min(_LONGEST_SECONDS, _FIRST_SECONDS * 2.0 ** min(failed, 10))
    return longest * (0.5 + chance / 2)
