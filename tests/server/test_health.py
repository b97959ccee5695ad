"""What a worker says of its health while it knows nothing, while the ODB is away, and while its server drains."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import falcon.testing

from support.databases import initialised, new_sqlite
from support.waiting import until
from zato.config.configuration import Configuration
from zato.config.disk import DiskSnapshot
from zato.host.draining import Draining
from zato.metrics import Exposition
from zato.server.runtime import Runtime
from zato.serving.http.app import HttpApplication
from zato.serving.http.fixed import add_fixed_routes
from zato.serving.http.own_paths import own_paths
from zato.serving.limits.admission import Admission
from zato.serving.limits.counters import SharedCounters
from zato.serving.staleness import Staleness, Visits


def client(runtime: Runtime, marker: Path) -> falcon.testing.TestClient:
    staleness = Staleness(Visits())
    own = own_paths()
    admission = Admission(SharedCounters(), lambda what, name, field: None)
    add_fixed_routes(own, runtime.switch, Draining(marker), staleness, admission, Exposition(1, ()))
    return falcon.testing.TestClient(HttpApplication(runtime.switch, staleness, own))


def test_a_worker_that_knows_no_configuration_is_not_healthy_and_denies_no_channel(
    make: Callable[..., Runtime], tmp_path: Path
) -> None:
    there, away = tmp_path / "there", tmp_path / "away"
    there.mkdir()
    url = initialised(new_sqlite(there)).url
    there.rename(away)
    runtime = make("worker", url=url, snapshot=tmp_path / "none.json")
    http = client(runtime, tmp_path / "draining")
    runtime.start()
    assert http.simulate_get("/zato/health").status_code == 503
    answer = http.simulate_get("/anything")
    assert (answer.status_code, answer.json["error"]["code"]) == (503, "no-configuration")
    assert "retry-after" in answer.headers
    away.rename(there)
    until(lambda: http.simulate_get("/zato/health").status_code == 200)
    assert http.simulate_get("/anything").status_code == 404


def test_a_worker_that_knows_the_last_configuration_is_healthy_without_the_odb(
    make: Callable[..., Runtime], tmp_path: Path
) -> None:
    DiskSnapshot(tmp_path / "last.json").save(Configuration.from_items(7, []))
    runtime = make("worker", url=f"sqlite:///{tmp_path}/away/odb.sqlite", snapshot=tmp_path / "last.json")
    http = client(runtime, tmp_path / "draining")
    assert http.simulate_get("/zato/health").status_code == 503
    runtime.start()
    assert http.simulate_get("/zato/health").status_code == 200


def test_a_worker_of_a_draining_server_says_so_to_the_balancer(make: Callable[..., Runtime], tmp_path: Path) -> None:
    runtime = make("worker")
    http = client(runtime, tmp_path / "draining")
    runtime.start()
    Draining(tmp_path / "draining").begin()
    assert (http.simulate_get("/zato/health").status_code, http.simulate_get("/zato/ping").status_code) == (404, 200)
    Draining(tmp_path / "draining").end()
    assert http.simulate_head("/zato/health").status_code == 200
