"""Each of a cluster's workers: that it knows a channel, and that it answers."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import urllib3

from support.cluster import RunningCluster

# The kernel wakes the thread that has waited longest for its first connection: a burst reaches the last worker too once
# it is more than the threads of all others
_BURST = 24
_BURST_MAX = 192
_AGAIN_SECONDS = 0.002


def open_channel(cluster: RunningCluster, service: str, path: str, methods: Sequence[str] = ("GET",)) -> None:
    """A channel of the service's name, once every worker has it: one that has not would answer 404."""
    value = {"service": service, "path": path, "methods": list(methods)}
    cluster.api().create_item("channel-rest", service, value)
    cluster.settle()


def await_answers(
    cluster: RunningCluster, pool: Any, path: str, wanted: Callable[[Any], bool], seconds: float
) -> set[int]:
    """Wait until each worker has given an answer that is `wanted`; answers name their worker as `pid`.

    Which worker gets a connection is the kernel's choice, so there are as many at a time as it takes.
    Returns the workers. Fails the test where one of them has not done so within that many seconds.
    """
    deadline = time.monotonic() + seconds
    seen: set[int] = set()
    burst = 1
    with ThreadPoolExecutor(_BURST_MAX) as threads:
        while not (workers := cluster.workers()) or not workers <= seen:
            if time.monotonic() > deadline:
                raise AssertionError(f"Of the workers {workers}, only {seen & workers} answer as wanted.")
            answers = threads.map(lambda _: _answer(pool, path), range(burst))
            seen |= {answer["pid"] for answer in answers if answer is not None and wanted(answer)}
            # One at a time until there is anything to see: a burst takes time from what is waited for
            if seen:
                burst = min(_BURST_MAX, max(_BURST, 2 * burst))
            else:
                time.sleep(_AGAIN_SECONDS)
    return workers


def _answer(pool: Any, path: str) -> Any:
    try:
        response = pool.request("GET", path, retries=False)
    except urllib3.exceptions.HTTPError:
        return None
    return json.loads(response.data) if response.status == 200 else None
