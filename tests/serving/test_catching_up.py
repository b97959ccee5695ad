"""What callers and the balancer see of a worker that has to catch up."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import falcon.testing
import pytest

from support.staleness import Clock, look, pass_time
from support.waiting import until
from zato.host.draining import Draining
from zato.serving.http.app import HttpApplication
from zato.serving.http.fixed import Health
from zato.serving.http.own_paths import own_paths
from zato.serving.staleness import (
    Staleness,
)


@pytest.fixture
def client(worker: Staleness, tmp_path: Path) -> falcon.testing.TestClient:
    class Served:
        class snapshot:
            known = True

        class routes:
            @staticmethod
            def find(uri: str) -> None:
                return None

    class Switch:
        def current(self) -> Any:
            return Served

    switch: Any = Switch()
    own = own_paths()
    own.add_route("/zato/health", Health(switch, Draining(tmp_path / "draining"), worker))
    return falcon.testing.TestClient(HttpApplication(switch, worker, own))


def test_a_worker_that_has_not_caught_up_is_not_healthy(
    client: falcon.testing.TestClient, worker: Staleness, clock: Clock
) -> None:
    assert client.simulate_get("/zato/health").status_code == 200
    clock.seconds += 60
    assert client.simulate_get("/zato/health").status_code == 503
    look(worker)
    assert client.simulate_get("/zato/health").status_code == 200


def test_a_request_waits_until_the_worker_has_caught_up(
    client: falcon.testing.TestClient, worker: Staleness, clock: Clock
) -> None:
    clock.seconds += 60
    answered: list[int] = []
    asking = threading.Thread(target=lambda: answered.append(client.simulate_get("/orders").status_code))
    asking.start()
    asking.join(0.2)
    assert not answered
    look(worker)
    until(lambda: bool(answered))


def test_the_internal_door_is_no_sign_that_a_server_can_be_reached(
    client: falcon.testing.TestClient, worker: Staleness, clock: Clock
) -> None:
    client.simulate_get("/zato/health")
    for _ in range(10):
        pass_time(clock, 1, worker)
        look(worker, answered=False)
        client.simulate_get("/zato/health", extras={"zato.internal": True})
    pass_time(clock, 1, worker)
    assert client.simulate_get("/zato/health").status_code == 503
