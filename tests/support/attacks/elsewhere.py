"""Attackers have machines of their own: what they compute is to be missing as little as can be on the one attacked."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

_AUTOGROUP = Path("/proc/self/autogroup")
_LOWER = 10


def give_way() -> None:
    """This process, which leads a session of its own, gets what others leave, nearly.

    Where Linux groups processes by session (sched_autogroup), each group has its share of the processors, and niceness
    counts within a group only: the group has one of its own then.
    """
    os.nice(19)
    with contextlib.suppress(OSError):  # no groups, or nobody is let change them here
        level = int(_AUTOGROUP.read_text(encoding="ascii").split()[-1])
        _AUTOGROUP.write_text(str(min(19, level + _LOWER)), encoding="ascii")
