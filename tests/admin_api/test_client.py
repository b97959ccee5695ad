"""Zato's own client against the resources that it was written for."""

from __future__ import annotations

from typing import Any

import pytest

from support.in_process import InProcess
from zato.client.api import ApiClient
from zato.core.errors import Conflict, Forbidden, InvalidInput, NotFound, Unauthorized

CHANNEL = {"service": "demo.echo", "path": "/echo"}


@pytest.fixture
def client(world: Any) -> ApiClient:
    return ApiClient(InProcess(world), principal="admin")


def test_every_method_about_configuration_gets_what_it_expects(client: ApiClient, world: Any) -> None:
    created = client.create_item("channel-rest", "an echo", CHANNEL)
    revision = created["revision"]
    assert client.item("channel-rest", "an echo") == created
    (listed,) = client.items("channel-rest")["items"]
    assert listed == {**created, "changed": listed["changed"], "author": "admin"}
    changed = client.update_item("channel-rest", "an echo", {**CHANNEL, "path": "/x"}, revision)
    assert [change["revision"] for change in client.history("channel-rest", "an echo")["changes"]] == [
        changed["revision"],
        revision,
    ]
    assert client.diff(revision, changed["revision"])["items"][0]["fields"][0]["after"] == "/x"
    assert client.rollback_item("channel-rest", "an echo", revision)["value"]["path"] == "/echo"
    exported = client.export()
    client.delete_item("channel-rest", "an echo")
    assert client.import_(exported, "replace")["created"] == [{"kind": "channel-rest", "name": "an echo"}]
    assert client.rollback_all(revision - 1)["deleted"] == [{"kind": "channel-rest", "name": "an echo"}]
    client.create_item("outgoing-rest", "CRM", {"address": "https://crm.example.com"})
    world.refresh()
    assert client.ping_item("outgoing-rest", "CRM")["stage"] == "connect"


def test_every_method_about_services_and_state_gets_what_it_expects(client: ApiClient) -> None:
    first = client.deploy("shop.py", b"x = 1")
    client.deploy("shop.py", b"x = 2")
    assert client.deployment(first["id"])["sha256"] == first["sha256"]
    assert client.activate(first["id"])["state"] == "active"
    assert len(client.deployments("shop.py")["deployments"]) == 2
    assert client.undeploy("shop.py")["file_name"] == "shop.py"
    client.deploy_together({"a.py": b"x = 1", "b.py": b"x = 1"})
    assert len(client.undeploy_together(["a.py", "b.py"], dry_run=True)["items"]) == 2
    assert client.undeploy_together(["a.py", "b.py"])["file_names"] == ["a.py", "b.py"]
    assert client.services()["services"][0]["name"] == "demo.echo"
    assert b'"principal":"admin"' in client.invoke("demo.echo", {"a": 1})[0].replace(b" ", b"")
    assert client.whoami()["roles"] == ["admin"]
    assert client.status()["broker"] == "embedded"
    assert client.audit(5)["entries"][0]["principal"] == "admin"
    assert "/zato/api/status" in client.openapi()["paths"]


def test_errors_come_back_as_what_they_were(client: ApiClient, world: Any) -> None:
    with pytest.raises(NotFound) as missing:
        client.item("channel-rest", "missing")
    assert missing.value.code == "no-such-item"
    created = client.create_item("channel-rest", "echo", CHANNEL)
    with pytest.raises(Conflict) as stale:
        client.update_item("channel-rest", "echo", {**CHANNEL, "path": "/x"}, created["revision"] - 1)
    assert stale.value.code == "stale-revision"
    with pytest.raises(InvalidInput, match=r"shop\.py:3"):
        client.deploy("shop.py", b"syntax error")
    with pytest.raises(Forbidden, match="viewer may not"):
        ApiClient(InProcess(world), principal="viewer").rollback_all(1)
    with pytest.raises(Unauthorized):
        ApiClient(InProcess(world), principal="nobody").whoami()
