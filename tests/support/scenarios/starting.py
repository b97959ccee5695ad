"""A cluster that was ended as Ctrl-C does, and is started again."""

from __future__ import annotations

import time

from support.cluster import RunningCluster


def seconds_to_start_again(cluster: RunningCluster) -> float:
    """From the command until /zato/ping answers 200 through the balancer. Leaves the cluster running."""
    cluster.stop()
    started = time.monotonic()
    cluster.start()
    return time.monotonic() - started
