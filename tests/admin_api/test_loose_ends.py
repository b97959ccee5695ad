"""Channels without their service and code without what it uses: told of when made, and as long as they last."""

from __future__ import annotations

from typing import Any

import pytest

from zato.config.writer import Author
from zato.deployment.loader import CodeSet

BY = Author("ann", "cid")
SERVICES = b"""
from zato.server.service import Service

class Echo(Service):
    name = "demo.echo"

    def handle(self):
        pass
"""
USING = b"""
from zato.server.service import Service

class Buy(Service):
    name = "shop.buy"

    def handle(self):
        self.out.rest["CRM"].conn.get(self.cid)
        self.invoke("demo.echo")
        self.invoke("shop.no-such")
"""
CHANNEL: dict[str, Any] = {"name": "buy", "value": {"service": "shop.later", "path": "/buy"}}
CRM = {"name": "CRM", "value": {"address": "https://crm.example.com"}}


def _alive(world: Any) -> None:
    world.members.register_server(1, "localhost", "1.2.3", world.clock.now())
    world.members.register_worker(1, "w1", world.clock.now())
    world.members.beat("w1", world.log.revision(), world.clock.now())


def _codes(found: list[dict[str, Any]]) -> list[tuple[str, str | None, str]]:
    return [(each["code"], each["field"] or each["file"], each["subject"]) for each in found]


def test_a_channel_to_a_service_that_is_not_there(world: Any) -> None:
    _alive(world)
    made = world.call("POST", "/items/channel-rest", CHANNEL).json
    wanted = [("no-such-service", "service", "channel-rest buy")]
    assert _codes(made["warnings"]) == wanted
    world.refresh()
    status = world.call("GET", "/status").json
    assert (status["ok"], _codes(status["findings"])) == (False, wanted)
    assert "which is in no deployed file" in status["problems"][0]
    value = {**made["value"], "service": "demo.echo"}
    changed = world.call("PUT", "/items/channel-rest/buy", {"value": value, "revision": made["revision"]})
    assert "warnings" not in changed.json
    world.refresh()
    assert world.call("GET", "/status").json["findings"] == []


@pytest.mark.parametrize("kind", ["channel-rest", "channel-http"])
def test_a_channel_that_is_off_leads_nowhere(world: Any, kind: str) -> None:
    made = world.call("POST", f"/items/{kind}", {"name": "off", "value": {**CHANNEL["value"], "active": False}})
    assert "warnings" not in made.json


def test_what_code_names_and_is_not_there(world: Any) -> None:
    _alive(world)
    world.codes = world.codes.with_deployment("shop.py", USING, 2)
    world.refresh()
    status = world.call("GET", "/status").json
    assert _codes(status["findings"]) == [
        ("no-such-connection", "shop.py", "outgoing-rest CRM"),
        ("no-such-service", "shop.py", "service shop.no-such"),
    ]
    assert status["findings"][0]["line"] == 8
    made = world.call("POST", "/items/outgoing-rest", CRM)
    assert made.status_code == 201
    world.refresh()
    assert _codes(world.call("GET", "/status").json["findings"]) == [
        ("no-such-service", "shop.py", "service shop.no-such")
    ]
    gone = world.call("DELETE", f"/items/outgoing-rest/CRM?revision={made.json['revision']}").json
    assert _codes(gone["warnings"]) == [("no-such-connection", "shop.py", "outgoing-rest CRM")]


def test_what_is_left_without_a_file_that_is_withdrawn(world: Any) -> None:
    world.codes = CodeSet().with_deployment("demo.py", SERVICES, 1).with_deployment("shop.py", USING, 2)
    world.deployer.deploy("demo.py", SERVICES, by=BY)
    world.call("POST", "/items/channel-rest", {"name": "echo", "value": {"service": "demo.echo", "path": "/echo"}})
    world.refresh()
    gone = world.call("DELETE", "/deployments/files/demo.py").json
    assert _codes(gone["warnings"]) == [
        ("no-such-service", "service", "channel-rest echo"),
        ("no-such-service", "shop.py", "service demo.echo"),
    ]


def test_an_import_warns_of_what_it_brings_and_of_nothing_else(world: Any) -> None:
    world.call("POST", "/items/channel-rest", CHANNEL)
    world.refresh()
    text = "channel-rest:\n  other: {service: shop.never, path: /other}\n"
    done = world.call("POST", "/import", raw=text.encode(), content_type="application/yaml")
    assert _codes(done.json["warnings"]) == [("no-such-service", "service", "channel-rest other")]
