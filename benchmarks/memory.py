"""What the processes of a cluster have in memory."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from support.cluster import RunningCluster


def pss_megabytes(cluster: RunningCluster, module: str | None = None) -> float:
    """Proportional set size of all processes that run from the cluster's directory, or of those of a module.

    That of deployments' checks is among them: it is no descendant of the supervisor, but shares a server's memory.
    """
    total = 0
    for process in _processes(cluster.layout.root, module):
        try:
            found = re.search(r"^Pss:\s+(\d+)", (process / "smaps_rollup").read_text(encoding="ascii"), re.M)
        except OSError:
            continue
        total += int(found[1]) if found else 0
    return total / 1024


def _processes(root: Path, module: str | None) -> Iterator[Path]:
    """Each of them has the directory, or a file in it, on its command line."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
        except OSError:
            continue
        if module is not None and module not in words:
            continue
        if any(word == str(root) or word.startswith(f"{root}/") for word in words):
            yield process
