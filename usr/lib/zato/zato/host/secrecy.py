"""A process whose memory other processes of the same user cannot look into."""

from __future__ import annotations

import ctypes
import os

_PR_SET_DUMPABLE = 4
_libc = ctypes.CDLL(None, use_errno=True)


def refuse_inspection() -> None:
    """From now on nobody but root attaches to this process, opens its memory, or finds it in a file after a crash.

    For processes that know more than another one of their user, which meets the network. It holds for threads and
    forks, and ends where another program is executed: that has none of the memory.
    """
    if _libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
