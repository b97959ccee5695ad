"""How much of something is played: enough to show that it works, or all that is promised."""

from __future__ import annotations

import os

FULL = bool(os.environ.get("ZATO_IN_FULL"))
"""Set by `make show-hosts`, whose figures are the promised ones."""


def times(usual: int, *, full: int) -> int:
    """How often the tests do something, which is done so often in full."""
    return full if FULL else usual
