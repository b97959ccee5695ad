"""Workers of this worker's own server that have ended: the machine knows at once, long before their silence tells."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

from zato.host.process_table import process
from zato.odb.members import WorkerRow

_NAME = re.compile(r"server-[0-9]+/(?P<pid>[0-9]+)-[0-9a-f]+")


def ended(workers: Iterable[WorkerRow]) -> frozenset[str]:
    """Names of those that the master of this process has no more."""
    pids = {row: int(found["pid"]) for row in workers if (found := _NAME.fullmatch(row.worker)) is not None}
    own = {row.server for row, pid in pids.items() if pid == os.getpid()}
    return frozenset(row.worker for row, pid in pids.items() if row.server in own and _parent(pid) != os.getppid())


def _parent(pid: int) -> int | None:
    """None where the process is gone, or about to be."""
    found = process(pid)
    return None if found is None or found.ended else found.parent
