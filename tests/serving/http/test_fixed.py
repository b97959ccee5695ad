"""What a server says of itself: ping, health, metrics."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from support.passwords import WRONG, basic
from support.served import Served
from zato.config.kinds import SecurityBasic
from zato.host.draining import Draining
from zato.metrics import Exposition
from zato.security.authentication import INTERNAL_DOOR
from zato.serving.http.fixed import add_fixed_routes
from zato.serving.staleness import AWAY_SECONDS

CID = "c0ffee00c0ffee00"


class Page(Exposition):
    """Of server 2."""

    def __init__(self) -> None:
        super().__init__(2, ())

    def page(self) -> bytes:
        return b"zato_up 1\n"


class Clock:
    seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def ready(made: Served, draining: Path) -> Served:
    add_fixed_routes(made.own, made.switch, Draining(draining), made.staleness, made.admission, Page())
    return made


@pytest.fixture
def served(tmp_path: Path) -> Served:
    users = {"prometheus": SecurityBasic(username="p", password="x", requests_max=3)}
    return ready(Served({"security-basic": users}), tmp_path / "draining")


def test_ping_answers_everybody(served: Served) -> None:
    answer = served.request("GET", "/zato/ping", headers={"X-Zato-CID": CID})
    assert (answer.status_code, answer.headers["x-zato-cid"]) == (200, CID)
    assert answer.json["zato_env"] == {"result": "ZATO_OK", "cid": CID, "details": ""}
    assert answer.json["zato_ping_response"] == {"pong": "zato"}


def test_health_says_in_which_state_a_server_is(served: Served, tmp_path: Path) -> None:
    def health(made: Served) -> tuple[int, str]:
        answer = made.request("GET", "/zato/health")
        assert answer.headers["x-zato-cid"]
        return answer.status_code, answer.text

    assert health(served) == (200, "ok\n")
    (tmp_path / "draining").touch()
    assert health(served) == (404, "draining\n")
    # Who knows nothing has nothing to finish either: HAProxy is told that it cannot be used
    assert health(ready(Served(), tmp_path / "draining")) == (503, "no configuration yet\n")


def test_a_server_that_may_have_missed_changes_is_not_well_until_it_has_looked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zato.serving.http.fixed._STALE_SECONDS_MAX", 0.001)
    clock = Clock()
    made = ready(Served({}, looked=clock), tmp_path / "draining")
    assert made.request("GET", "/zato/health").status_code == 200
    clock.seconds += AWAY_SECONDS + 0.1
    answer = made.request("GET", "/zato/health")
    assert (answer.status_code, answer.text) == (503, "catching up\n")
    clock.seconds += 0.1
    made.staleness.look_begins()
    made.staleness.look_ends(answered=True)
    assert made.request("GET", "/zato/health").status_code == 200


def test_what_asks_on_this_machine_is_no_visit_from_outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zato.serving.http.fixed._STALE_SECONDS_MAX", 0.001)
    clock = Clock()
    made = ready(Served({}, looked=clock), tmp_path / "draining")
    made.request("GET", "/zato/health")
    for _ in range(3):
        clock.seconds += 1
        made.staleness.beat()
    assert made.request("GET", "/zato/health", environ={INTERNAL_DOOR: True}).status_code == 200
    assert made.request("GET", "/zato/health").status_code == 503


def test_metrics_are_for_those_whom_the_server_knows(served: Served) -> None:
    def page(path: str = "/zato/metrics", **headers: Any) -> Any:
        return served.request("GET", path, headers=headers)

    assert page().status_code == 401
    assert page(**basic("p", WRONG)).status_code == 401
    answer = page(**basic("p", "any"))
    assert (answer.status_code, answer.text) == (200, "zato_up 1\n")
    assert answer.headers["x-zato-cid"]
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert page("/zato/metrics/2", **basic("p", "any")).text == "zato_up 1\n"
    elsewhere = page("/zato/metrics/3", **basic("p", "any"))
    assert (elsewhere.status_code, elsewhere.json["error"]["code"]) == (503, "another-server")
    assert elsewhere.json["error"]["message"].startswith("This is server 2: server 3 is down")
    # They are under the limits of their principal, as everything is
    assert page(**basic("p", "any")).status_code == 429
