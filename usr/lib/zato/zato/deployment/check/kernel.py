"""What Linux offers for keeping a process in its place, and Python 3.11 has no words for."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from zato.host.process_table import descendants

_CLONE_NEWPID = 0x20000000
_CLONE_NEWUSER = 0x10000000
_PR_SET_PDEATHSIG = 1
_PR_SET_NAME = 15
_PR_SET_CHILD_SUBREAPER = 36
_LOADAVG_LAST_PID = 4

_libc = ctypes.CDLL(None, use_errno=True)


def fork_into(work: Callable[[], None]) -> int:
    """The pid of a new process that does `work` and ends, without going back to what this one was doing."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
            os._exit(0)
        except BaseException:  # noqa: BLE001 - the outermost frame of the new process
            traceback.print_exc()
        finally:
            os._exit(1)
    return pid


def enter_pid_namespace() -> bool:
    """Children made from now on live in a process namespace whose first process takes all others with it.

    False where the kernel or a sandbox does not allow it. The caller must have one thread.
    """
    if _libc.unshare(_CLONE_NEWPID) == 0:
        return True
    uid, gid = os.getuid(), os.getgid()
    if _libc.unshare(_CLONE_NEWUSER | _CLONE_NEWPID) != 0:
        return False
    try:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
    except OSError:
        return True  # the candidate then runs as nobody, which it may
    return True


def die_with_parent() -> None:
    """The kernel kills this process when the thread that made it ends."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def name_process(name: str) -> None:
    """What ps shows as the command's short name, at most 15 bytes."""
    _libc.prctl(_PR_SET_NAME, name.encode(), 0, 0, 0)


def adopt_orphans() -> None:
    """Descendants whose parent ends become children of this process, wherever they have moved themselves."""
    _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def last_pid() -> int:
    """The process or thread id given out last in this process namespace: in a new one, how many there were."""
    return int(Path("/proc/loadavg").read_text().split()[_LOADAVG_LAST_PID])


def kill_descendants(seconds: float) -> None:
    """End everything below this process, which must have called `adopt_orphans`, and reap it; give up after `seconds`.

    The kernel kills a process group at once, forks in progress included: what multiplies cannot outrun it.
    """
    own = os.getpgrp()
    deadline = time.monotonic() + seconds
    # What /proc shows is of many moments, and may miss what multiplies; that there is no child left is of one
    while _has_children() and time.monotonic() < deadline:
        found = descendants(os.getpid())
        for group in {each.group for each in found} - {own}:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(group, signal.SIGKILL)
        for each in found:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(each.pid, signal.SIGKILL)
        reap()


def _has_children() -> bool:
    """Whether there is a child, ended or not. An adopter of orphans without one has no descendants either."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def reap() -> dict[int, int]:
    """Wait statuses by pid of the children that have ended."""
    ended: dict[int, int] = {}
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return ended
        if pid == 0:
            return ended
        ended[pid] = status
