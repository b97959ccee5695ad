"""Zygotes for tests of what needs a check."""

from __future__ import annotations

import os
import select
import signal
from pathlib import Path

from zato.deployment.check import start_zygote


def start(path: Path, *, namespaces: bool = True) -> int:
    """The pid of a zygote that serves `path`."""
    pid = start_zygote(path, namespaces=namespaces)
    assert pid is not None, f"another zygote serves {path}"
    return pid


def end(pid: int) -> None:
    """Kill it, and return when it has gone."""
    descriptor = os.pidfd_open(pid)
    os.kill(pid, signal.SIGKILL)
    select.select([descriptor], [], [], 5)
    os.close(descriptor)
