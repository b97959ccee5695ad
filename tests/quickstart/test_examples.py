"""The examples as `make run` deploys them, on the real chain."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from support.cluster import RunningCluster
from support.ports import free_port

EXAMPLES = Path(__file__).parents[2] / "examples"
READY_SECONDS = 60


def ready(cluster: RunningCluster) -> None:
    """Waits until the greeting has said everything."""
    limit = time.monotonic() + READY_SECONDS
    while "Ctrl-C ends everything" not in cluster.said():
        assert time.monotonic() < limit, cluster.said()
        time.sleep(0.1)


@pytest.fixture(scope="module")
def cluster() -> Iterator[RunningCluster]:
    with TemporaryDirectory(prefix="zato-") as directory:
        running = RunningCluster(Path(directory) / "z", "--workers", "2")
        running.start_options = ("--create", "--examples", str(EXAMPLES))
        try:
            running.start()
            ready(running)
            yield running
        finally:
            running.stop()


def get(cluster: RunningCluster, path: str) -> tuple[int, Any]:
    answer = cluster.request("GET", path)
    return answer.status, json.loads(answer.data)


def test_what_it_says_to_try_works(cluster: RunningCluster) -> None:
    paths = (EXAMPLES / "countries" / "try.txt").read_text().split()
    assert [path for path in paths if path not in cluster.said()] == []
    assert {path: get(cluster, path)[0] for path in paths} == dict.fromkeys(paths, 200)
    assert 'countries.load is invoked: {"countries":' in cluster.said().replace('": ', '":')


def test_look_ups_and_searches(cluster: RunningCluster) -> None:
    finland = {"alpha_2": "FI", "alpha_3": "FIN", "digits": "246", "name": "Finland"}
    assert get(cluster, "/countries/246") == (200, finland)
    found = get(cluster, "/countries?name=%C3%85land%20i")[1]
    assert found == {"countries": [{"alpha_2": "AX", "name": "Åland Islands"}]}
    assert get(cluster, "/countries/FI/neighbour") == (200, {"asked": "Balancer", "answer": finland})


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/countries/XX", 404, "not-found"),
        ("/countries", 400, "invalid-input"),
        ("/countries?name=a&limit=many", 400, "invalid-input"),
        ("/countries/XX/subdivisions", 404, "not-found"),
    ],
)
def test_what_cannot_be_answered_is_said(cluster: RunningCluster, path: str, status: int, code: str) -> None:
    found, body = get(cluster, path)
    assert (found, body["error"]["code"]) == (status, code)


def test_nobody_loads_without_credentials(cluster: RunningCluster) -> None:
    assert cluster.request("POST", "/countries/load").status in (404, 405)


def test_a_changed_port_reaches_the_items_of_the_example(cluster: RunningCluster) -> None:
    cluster.stop()
    port = free_port()
    settings = cluster.layout.settings
    settings.write_text(settings.read_text().replace(f"lb_port = {cluster.lb_port}", f"lb_port = {port}"))
    cluster.lb_port = port
    cluster.start()
    ready(cluster)
    assert get(cluster, "/countries/FI/neighbour")[0] == 200
    assert cluster.api().item("outgoing-rest", "Balancer")["value"]["address"].startswith(f"https://localhost:{port}/")
    assert "countries.py is deployed" not in cluster.said()
