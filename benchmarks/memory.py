"""What the processes of a cluster have in memory."""

from __future__ import annotations

import re
from pathlib import Path

from benchmarks.chains import descendants
from support.cluster import RunningCluster


def pss_megabytes(cluster: RunningCluster) -> float:
    """Proportional set size of the supervisor and everything below it."""
    assert cluster.process is not None
    total = 0
    for pid in descendants(cluster.process.pid):
        try:
            found = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii"), re.M)
        except OSError:
            continue
        total += int(found[1]) if found else 0
    return total / 1024
