"""Where messages reach their services: the listener's path of the internal door."""

from __future__ import annotations

import json
from typing import Any

import pytest

from zato.config.writer import Author
from zato.core.errors import InvalidInput, TooLarge, Unavailable
from zato.core.limits import MESSAGE_BYTES_MAX
from zato.core.message import Message
from zato.core.origin import Asker
from zato.core.principal import ANONYMOUS
from zato.deployment.loader import CodeSet
from zato.internal.door import InternalInvocations
from zato.internal.invocation import PATH
from zato.metrics import Metrics
from zato.odb.messages import Messages
from zato.serving.asynchronous import AsyncInvocations
from zato.serving.staleness import Staleness, Visits

SERVICES = b"""
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
SEES_DELIVERY = b"""
from zato.server.service import BadRequest, Service

class Sees(Service):
    name = "demo.sees"

    def handle(self):
        if self.request.delivery is None:
            raise BadRequest("None")
"""
BY = Author("test", "cid-of-the-test")
ID = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture
def door(world: Any) -> Any:
    world.codes = CodeSet().with_deployment("inner.py", SERVICES, 1)
    world.refresh()
    world.app.add_route(PATH, InternalInvocations(world.switch, Metrics(), Staleness(Visits())))

    def post(
        service: str = "demo.keep", *, body: bytes = b'{"a": 1}', inside: bool = True, **headers: str | None
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
        extras: dict[str, Any] = {"zato.internal": inside}
        sent = {name: value for name, value in given.items() if value is not None}
        return world.client.simulate_post(PATH, headers=sent, body=body, extras=extras)

    return post


def kept(world: Any) -> list[Any]:
    found: list[Any] = world.codes.services["demo.keep"].implementation.kept
    return found


def test_a_service_gets_the_message_and_knows_of_its_delivery(world: Any, door: Any) -> None:
    assert door().status_code == 204
    assert kept(world) == [({"a": 1}, "cid-of-the-sender", "Ján", [], ID, True, 2, True)]
    assert door(body=b"", Redelivered="false", Attempt="1").status_code == 204
    assert kept(world)[1][0] is None
    assert kept(world)[1][5:7] == (False, 1)


def test_the_path_is_not_there_for_anybody_else(world: Any, door: Any) -> None:
    for answer in (door(inside=False), door(Principal="hotdeploy"), door(Principal=None), door(Principal="admin")):
        assert (answer.status_code, answer.json["error"]["code"]) == (404, "no-such-path")
    assert door(inside=False, User="admin").status_code == 404
    with pytest.raises(InvalidInput, match="stands for a part of Zato"):  # so nobody has the name outside
        world.publisher.create("security-basic", "listener", {"username": "x", "password": "x" * 12}, by=BY)
    assert kept(world) == []


@pytest.mark.parametrize(
    "headers",
    [{"Message_Id": "x"}, {"Message_Id": None}, {"Attempt": "0"}, {"Attempt": "many"}, {"Redelivered": "perhaps"}],
    ids=str,
)
def test_headers_that_the_listener_would_not_send_are_refused(world: Any, door: Any, headers: Any) -> None:
    answer = door(**headers)
    assert (answer.status_code, answer.json["error"]["code"]) == (400, "invalid-message")
    assert kept(world) == []


@pytest.mark.parametrize("origin", ["job", "delivery"])
def test_each_part_of_zato_has_invoked_what_is_its_own(world: Any, door: Any, origin: str) -> None:
    given = {"Origin": origin, "Origin_Name": "nightly", "Message_Id": "nightly@2026-11-25T02:30:00Z"}
    assert door("demo.inner", Principal="singleton", **given).status_code == 204
    answer = door("demo.inner", **given)
    assert (answer.status_code, answer.json["error"]["code"]) == (403, "not-its-origin")
    assert door("demo.inner", Principal="singleton").json["error"]["code"] == "not-its-origin"
    assert door("demo.inner", Principal="hotdeploy", **given).status_code == 404
    assert door("demo.inner", Principal="singleton", inside=False, **given).status_code == 404


@pytest.mark.parametrize("component", ["listener", "singleton"])
def test_what_comes_as_a_message_says_so_and_nothing_else(door: Any, component: str) -> None:
    """Whoever sent the message is said in a dead letter, not at the door."""
    answer = door("demo.inner", Principal=component, Origin="invocation")
    assert (answer.status_code, answer.json["error"]["code"]) == (403, "not-its-origin")


def test_only_an_asynchronous_invocation_has_a_delivery(world: Any, door: Any) -> None:
    world.codes = CodeSet().with_deployment("kept.py", SEES_DELIVERY, 1)
    world.refresh()
    assert door("demo.sees").status_code == 204
    given = {"Origin": "job", "Origin_Name": "nightly", "Message_Id": "nightly@2026-11-25T02:30:00Z"}
    assert door("demo.sees", Principal="singleton", **given).json["error"]["message"] == "None"


def test_what_a_service_raises_is_the_answer(door: Any) -> None:
    assert door("demo.refuses").status_code == 400
    assert door("demo.breaks").status_code == 500
    assert door("no.such").json["error"]["code"] == "no-such-service"
    assert door(body=b"{").status_code == 400


def test_a_message_that_a_service_sends_is_in_the_odb(world: Any) -> None:
    invoker = world.switch.current().dispatcher
    invoker.invoke_async("demo.echo", {"n": 1, "text": "ż"}, "cid-1", ANONYMOUS, sender="demo.asks")
    [claim] = Messages(world.database).claim(5, world.clock.now(), world.clock.now())
    assert json.loads(claim.message.payload) == {"n": 1, "text": "ż"}
    assert (claim.message.service, claim.message.cid, claim.message.principal) == ("demo.echo", "cid-1", "anonymous")


@pytest.mark.parametrize(
    ("payload", "code"),
    [(b"bytes", "payload-not-json"), ({"x": object()}, "payload-not-json"), ("\ud800", "payload-not-json")],
    ids=["bytes", "object", "surrogate"],
)
def test_a_payload_that_json_cannot_hold_is_refused(world: Any, payload: Any, code: str) -> None:
    invoker = world.switch.current().dispatcher
    with pytest.raises(InvalidInput) as refused:
        invoker.invoke_async("demo.echo", payload, "cid-1", ANONYMOUS, sender="demo.asks")
    assert refused.value.code == code
    with pytest.raises(TooLarge):
        invoker.invoke_async("demo.echo", "x" * MESSAGE_BYTES_MAX, "cid-1", ANONYMOUS, sender="demo.asks")
    assert world.invocations.counts().waiting == 0


def test_a_message_that_is_not_safe_is_not_promised(world: Any) -> None:
    class Away:
        def send(self, message: Message) -> None:
            raise Unavailable("The broker is away.")

    with pytest.raises(Unavailable):
        AsyncInvocations(Away(), world.clock).send("demo.echo", None, "cid-1", ANONYMOUS, Asker.INVOCATION)
