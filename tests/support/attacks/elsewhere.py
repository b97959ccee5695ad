"""Attackers have machines of their own: what they compute is to be missing as little as can be on the one attacked.

Where Linux groups processes by session (sched_autogroup), each group has its share of the processors, and niceness
counts within a group only: the group has a niceness of its own then.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

_LOWER = 10
_FIRST = -20


def give_way() -> None:
    """This process, which leads a session of its own, gets what the session that has started it leaves, nearly."""
    os.nice(19)
    with contextlib.suppress(OSError):  # no groups, or nobody is let change them here
        _set_level("self", min(19, _level(os.getppid()) + _LOWER))


@contextlib.contextmanager
def precedence(*pids: int) -> Iterator[bool]:
    """The sessions of these processes come before all else that this machine has to do; whether that was possible."""
    before: dict[int, int] = {}
    try:
        for pid in pids:
            level = _level(pid)
            _set_level(pid, _FIRST)
            before[pid] = level
        yield True
    except OSError:
        yield False
    finally:
        for pid, level in before.items():
            with contextlib.suppress(OSError):  # it may have ended
                _set_level(pid, level)


def _level(pid: int) -> int:
    """Raises OSError where Linux does not group processes."""
    _, _, level = Path(f"/proc/{pid}/autogroup").read_text(encoding="ascii").rpartition(" ")
    # Nothing is there of the first group: whoever has not begun a session since the machine started
    return int(level or 0)


def _set_level(pid: int | str, level: int) -> None:
    Path(f"/proc/{pid}/autogroup").write_text(str(level), encoding="ascii")
