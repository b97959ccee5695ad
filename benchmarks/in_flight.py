"""python -m benchmarks.in_flight: many requests at once to a service that waits for a slow system."""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from pathlib import Path

import urllib3

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from support.cluster import RunningCluster
from support.http_peer import HttpPeer, Reply
from support.waiting import until

REQUESTS = 1000
BACKEND_SECONDS = 1.0
SERVICE = """
from zato.server.service import Service

class Slow(Service):
    name = 'bench.slow'

    def handle(self):
        answer = self.out.rest['bench-backend'].conn.get(self.cid)
        self.response.payload = {'backend': answer.data}
"""


def all_answered(cluster: RunningCluster) -> bool:
    """Whether all requests were answered by what the slow system said; prints how many were, and in what time."""
    api = cluster.api()
    with HttpPeer(lambda _: Reply(body=b'{"slow": true}', delay=BACKEND_SECONDS)) as backend:
        value = {"address": backend.address, "pool_size": REQUESTS, "timeout_seconds": 60.0}
        api.create_item("outgoing-rest", "bench-backend", value)
        api.deploy("slow.py", SERVICE.encode())
        api.create_item("channel-rest", "slow", {"service": "bench.slow", "path": "/slow", "methods": ["GET"]})
        until(lambda: cluster.request("GET", "/slow").status == 200)
        answers, seconds = at_once(cluster)
    right = answers.count('200 {"backend":{"slow":true}}')
    title = f"{REQUESTS:,} requests in active to a service that waits {BACKEND_SECONDS:g} s for a system over HTTP"
    print(f"{title}: {right} answered in {seconds:.1f} s (bar {REQUESTS})", flush=True)
    if right < REQUESTS:
        reached = len(backend.received) - 1  # the first was there to see that the channel works
        print(f"    NOT REACHED; {reached} reached the system; {sorted(set(answers))[:5]}", flush=True)
    return right == REQUESTS


def at_once(cluster: RunningCluster) -> tuple[list[str], float]:
    """What was answered, or what went wrong, from the moment on that all clients were let go."""
    answers: list[str] = []
    barrier = threading.Barrier(REQUESTS + 1)
    # One for all: making a thousand takes longer than using them
    context = cluster.context()

    def call() -> None:
        with urllib3.connection_from_url(cluster.url, ssl_context=context, maxsize=1, timeout=60) as pool:
            barrier.wait()
            try:
                answer = pool.request("GET", "/slow", retries=False)
                answers.append(f"{answer.status} {answer.data.decode()}")
            except urllib3.exceptions.HTTPError as error:
                answers.append(str(error))

    threads = [threading.Thread(target=call) for _ in range(REQUESTS)]
    for thread in threads:
        thread.start()
    barrier.wait()
    started = time.monotonic()
    for thread in threads:
        thread.join()
    return answers, time.monotonic() - started


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="zato-bench-") as directory:
        cluster = RunningCluster(Path(directory) / "z", "--workers", "2")
        cluster.start()
        try:
            return 0 if all_answered(cluster) else 1
        finally:
            cluster.stop()


if __name__ == "__main__":
    sys.exit(main())
