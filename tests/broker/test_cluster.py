"""A cluster whose broker is RabbitMQ, on PostgreSQL: two servers of two workers."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from support.async_services import AsyncServices
from support.cluster import RunningCluster
from support.databases import DatabaseServer
from support.rabbitmq import RabbitMq
from support.waiting import eventually, until
from zato.host.settings import load_cluster
from zato.odb.database import Database
from zato.odb.members import Members

CHANGES = 20


@pytest.fixture(scope="module")
def clustered(postgresql: DatabaseServer, rabbitmq: RabbitMq) -> Iterator[RunningCluster]:
    rabbitmq.empty()
    postgresql.create_database("rabbitmq_cluster")
    url = postgresql.url("rabbitmq_cluster").update_query_dict(
        {"sslmode": "verify-full", "sslrootcert": str(postgresql.authority.certificate)}
    )
    odb = url.render_as_string(hide_password=False)
    with TemporaryDirectory(prefix="zato-") as directory:
        running = RunningCluster(Path(directory) / "z", "--servers", "2", "--workers", "2", "--odb", odb)
        # RabbitMQ's certificate and the servers' are of one CA
        running.layout.pki.mkdir(mode=0o700, parents=True)
        for name in ("ca.crt", "ca.key"):
            shutil.copy(rabbitmq.pki.directory / name, running.layout.pki)
        try:
            running.create()
            with running.layout.settings.open("a") as settings:
                settings.write(f'broker = "{rabbitmq.url}"\n')
            running.start()
            yield running
        finally:
            running.stop()


def status(cluster: RunningCluster) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(cluster.zato("status", "--json", check=False).stdout)
    return found


def changing(cluster: RunningCluster, count: int) -> list[float]:
    """How long each of so many changes took to be on all workers, in seconds."""
    client = cluster.api()
    database = Database(load_cluster(cluster.layout).odb)
    members = Members(database)
    took = []
    for _ in range(count):
        name = f"rabbit-{time.monotonic_ns()}"
        started = time.monotonic()
        item = client.create_item("service", name, {})
        while min(worker.applied_revision for worker in members.workers()) < item["revision"]:
            time.sleep(0.002)
        took.append(time.monotonic() - started)
    assert len(members.workers()) == 4
    database.dispose()
    return took


def test_changes_reach_all_workers_by_notifications(clustered: RunningCluster, rabbitmq: RabbitMq) -> None:
    found = status(clustered)
    assert (found["broker"], found["broker_problem"]) == (rabbitmq.url, None)

    def notified() -> bool:
        took = changing(clustered, CHANGES)
        print(f"{CHANGES} changes: median {median(took) * 1000:.0f} ms, worst {max(took) * 1000:.0f} ms")
        return quantiles(took, n=4)[0] < 0.25

    # Each of four workers looks by itself every half second: nearly always one of them would take longer than this
    assert eventually(notified), "they wait for the next look at the ODB"


def test_with_rabbitmq_away_everything_goes_on_and_what_was_sent_is_processed(
    clustered: RunningCluster, rabbitmq: RabbitMq, tmp_path: Path
) -> None:
    services = AsyncServices(clustered, "async_rabbit", tmp_path)
    services.send({"n": 0})
    until(lambda: len(services.received()) == 1)
    rabbitmq.kill()
    try:
        until(lambda: status(clustered)["broker_problem"] is not None)
        assert "is away" in status(clustered)["problems"][0]
        for n in range(1, 21):
            services.send({"n": n})
        changing(clustered, 3)
    finally:
        rabbitmq.start()
    until(lambda: {each.n for each in services.received()} == set(range(21)))
    until(lambda: status(clustered)["broker_problem"] is None)
