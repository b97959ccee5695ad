"""How much of something is played: enough to show that it works, or all that is promised."""

from __future__ import annotations

import os

FULL = bool(os.environ.get("ZATO_IN_FULL")) or "PYTEST_VERSION" not in os.environ
"""Whether the figures are the promised ones: those of `make show`, `make chaos` and the like, which are not run by
pytest, and of `make show-hosts`, which sets ZATO_IN_FULL."""


def times(usual: int, *, full: int) -> int:
    """How often the tests do something, which is done so often in full; also how often in a second."""
    return full if FULL else usual
