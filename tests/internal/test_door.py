"""Where messages, jobs and deliveries reach their services: a path of the internal door."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from support.served import Served
from zato.internal.door import InternalInvocations
from zato.internal.invocation import PATH

SERVICES = """
from zato.server.service import BadRequest, Service

class Keep(Service):
    name = "demo.keep"
    kept = []

    def handle(self):
        delivery = self.request.delivery
        self.kept.append((self.request.payload, self.cid, self.principal.name, sorted(self.principal.roles),
                          delivery.id, delivery.redelivered, delivery.attempt, self.invoke("demo.inner")))
        self.response.payload = object()  # which nobody could write as JSON

class Inner(Service):
    name = "demo.inner"

    def handle(self):
        self.response.payload = self.request.delivery is None

class Refuses(Service):
    name = "demo.refuses"

    def handle(self):
        raise BadRequest("This cannot go well.")

class Breaks(Service):
    name = "demo.breaks"

    def handle(self):
        raise SystemExit
"""
SEES_DELIVERY = """
from zato.server.service import BadRequest, Service

class Sees(Service):
    name = "demo.sees"

    def handle(self):
        if self.request.delivery is None:
            raise BadRequest("None")
"""
ID = "0af7651916cd43dd8448eb211c80319c"


class Door:
    """That of a server with these services, for which a listener asks unless something else is said."""

    def __init__(self, source: str = SERVICES, *, known: bool = True) -> None:
        self.served = Served({} if known else None, source)
        served = self.served
        served.own.add_route(PATH, InternalInvocations(served.switch, served.metrics, served.staleness))

    def post(
        self,
        service: str = "demo.keep",
        *,
        body: bytes = b'{"a": 1}',
        inside: bool = True,
        active: Any = None,
        **headers: str | None,
    ) -> Any:
        given = {
            "X-Zato-Principal": "listener",
            "X-Zato-CID": "cid-of-the-sender",
            "X-Zato-Service": service,
            "X-Zato-Sender": "J%C3%A1n",
            "X-Zato-Message-Id": ID,
            "X-Zato-Attempt": "2",
            "X-Zato-Redelivered": "true",
            **{f"X-Zato-{name.replace('_', '-')}": value for name, value in headers.items()},
        }
        sent = {name: value for name, value in given.items() if value is not None}
        environ = {"zato.internal": inside, "zato.request": active}
        return self.served.request("POST", PATH, headers=sent, body=body, environ=environ)

    @property
    def kept(self) -> list[Any]:
        implementation: Any = self.served.switch.current().snapshot.codes.services["demo.keep"].implementation
        found: list[Any] = implementation.kept
        return found


@pytest.fixture
def door() -> Door:
    return Door()


def test_a_service_gets_the_message_and_knows_of_its_delivery(door: Door) -> None:
    assert door.post().status_code == 204
    assert door.kept == [({"a": 1}, "cid-of-the-sender", "Ján", [], ID, True, 2, True)]
    assert door.post(body=b"", Redelivered="false", Attempt="1").status_code == 204
    assert door.kept[1][0] is None
    assert door.kept[1][5:7] == (False, 1)


def test_the_path_is_not_there_for_anybody_else(door: Door) -> None:
    for answer in (door.post(inside=False), *(door.post(Principal=name) for name in ("hotdeploy", "admin", None))):
        assert (answer.status_code, answer.json["error"]["code"]) == (404, "no-such-path")
    assert door.kept == []


@pytest.mark.parametrize(
    "headers",
    [{"Message_Id": "x"}, {"Message_Id": None}, {"Attempt": "0"}, {"Attempt": "many"}, {"Redelivered": "perhaps"}],
    ids=str,
)
def test_headers_that_the_listener_would_not_send_are_refused(door: Door, headers: Any) -> None:
    answer = door.post(**headers)
    assert (answer.status_code, answer.json["error"]["code"]) == (400, "invalid-message")
    assert door.kept == []


@pytest.mark.parametrize("origin", ["job", "delivery"])
def test_each_part_of_zato_has_invoked_what_is_its_own(door: Door, origin: str) -> None:
    given: dict[str, Any] = {"Origin": origin, "Origin_Name": "nightly", "Message_Id": "nightly@2026-11-25T02:30:00Z"}
    assert door.post("demo.inner", Principal="singleton", **given).status_code == 204
    answer = door.post("demo.inner", **given)
    assert (answer.status_code, answer.json["error"]["code"]) == (403, "not-its-origin")
    assert door.post("demo.inner", Principal="singleton").json["error"]["code"] == "not-its-origin"
    assert door.post("demo.inner", Principal="hotdeploy", **given).status_code == 404
    assert door.post("demo.inner", Principal="singleton", inside=False, **given).status_code == 404


@pytest.mark.parametrize("component", ["listener", "singleton"])
def test_what_comes_as_a_message_says_so_and_nothing_else(door: Door, component: str) -> None:
    """Whoever sent the message is said in a dead letter, not at the door."""
    answer = door.post("demo.inner", Principal=component, Origin="invocation")
    assert (answer.status_code, answer.json["error"]["code"]) == (403, "not-its-origin")


def test_only_an_asynchronous_invocation_has_a_delivery() -> None:
    door = Door(SEES_DELIVERY)
    assert door.post("demo.sees").status_code == 204
    given: dict[str, Any] = {"Origin": "job", "Origin_Name": "nightly", "Message_Id": "nightly@2026-11-25T02:30:00Z"}
    assert door.post("demo.sees", Principal="singleton", **given).json["error"]["message"] == "None"


def test_what_a_service_raises_is_the_answer(door: Door) -> None:
    assert door.post("demo.refuses").status_code == 400
    assert door.post("demo.breaks").status_code == 500
    assert door.post("no.such").json["error"]["code"] == "no-such-service"
    assert door.post(body=b"{").status_code == 400


def test_a_server_that_knows_nothing_yet_says_so_to_those_who_may_ask() -> None:
    door = Door(known=False)
    answer = door.post()
    assert (answer.status_code, answer.json["error"]["code"]) == (503, "no-configuration")
    assert door.post(inside=False).json["error"]["code"] == "no-such-path"


def test_invocations_are_counted_as_what_they_are(door: Door) -> None:
    job: dict[str, Any] = {
        "Origin": "job",
        "Origin_Name": "nightly",
        "Message_Id": "nightly@1",
        "Principal": "singleton",
    }
    delivery: dict[str, Any] = {**job, "Origin": "delivery"}
    answer = door.post()
    assert answer.headers["x-zato-cid"] == "cid-of-the-sender"
    door.post("demo.refuses")
    door.post("demo.inner", **job)
    door.post("demo.inner", **delivery)
    door.post("no.such")
    given_up = SimpleNamespace(abandoned=True, needs=lambda number: None)
    door.post("demo.inner", active=given_up)
    assert door.served.counted() == {
        ("(async)", "demo.keep", "204"): 1,
        ("(async)", "demo.refuses", "400"): 1,
        ("(job)", "demo.inner", "204"): 1,
        ("(delivery)", "demo.inner", "204"): 1,
        ("(async)", "demo.inner", "504"): 1,
    }
    assert given_up.service == "demo.inner"
