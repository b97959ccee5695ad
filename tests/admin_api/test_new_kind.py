"""The recipe "to add a kind of configuration item" of HACKING.md: a kind in the registry is all that anything needs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Annotated, Any

import pytest
from click.testing import CliRunner
from msgspec import Meta, Struct

from support.in_process import InProcess
from zato.cli.completing import kinds as completed_kinds
from zato.cli.config import command as config_command
from zato.cli.connection import Target
from zato.client.api import ApiClient
from zato.config import reference
from zato.config.kinds import KINDS, Binding, Group, Kind, Reference, UniqueKey
from zato.core.principal import Right


class ChannelToy(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One box that is listened to."""

    box: Annotated[str, Meta(min_length=1, description="Name of the box.")]
    service: Annotated[str, Meta(description="Name of the service that handles what is in it.")]
    key: Annotated[str | None, Meta(description="What opens it.")] = None
    security: Annotated[tuple[str, ...], Meta(description="Who may put something into it.")] = ()


CHANNEL_TOY = Kind(
    name="channel-toy",
    struct=ChannelToy,
    title="Toy channel",
    plural="Toy channels",
    group=Group.CHANNELS,
    summary="Hands what is put into a box to a service.",
    example_name="red box",
    example={"box": "red", "service": "demo.echo"},
    right=Right.OPERATE,
    references=(Reference("security", Group.SECURITY, many=True),),
    secret_fields=("key",),
    bindings={"key": (Binding("box", "says what it opens"),)},
    harmless_fields=("service", "security"),
    local_fields=("box",),
    service_fields=("service",),
    validate=lambda name, value: ["box: it must not be black"] if value.box == "black" else [],
    unique_keys=lambda name, value: (UniqueKey(("box", value.box), "box", f"The box {value.box!r}"),),
)
BOX = {"box": "red", "service": "demo.echo", "key": "swordfish", "security": ["viewer"]}


@pytest.fixture
def toys(world: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A world whose cluster knows one kind more."""
    monkeypatch.setitem(KINDS, CHANNEL_TOY.name, CHANNEL_TOY)
    world.serve()
    yield world
    world.refresh()


@pytest.fixture
def client(toys: Any) -> ApiClient:
    return ApiClient(InProcess(toys), principal="admin")


@pytest.fixture
def zato_config(client: ApiClient, tmp_path: Any) -> Callable[..., str]:
    class HereTarget(Target):
        def client(self) -> ApiClient:
            return client

    def run(*arguments: str) -> str:
        result = CliRunner().invoke(config_command, arguments, obj=HereTarget(tmp_path, True), catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.output

    return run


def test_the_admin_api_creates_lists_changes_and_deletes_items_of_it(toys: Any) -> None:
    created = toys.call("POST", "/items/channel-toy", {"name": "red box", "value": BOX})
    assert created.status_code == 201
    assert created.json["value"] == {**BOX, "key": "******"}
    (listed,) = toys.call("GET", "/items/channel-toy").json["items"]
    assert listed["name"] == "red box"
    revision = created.json["revision"]
    body = {"value": {**BOX, "service": "demo.http"}, "revision": revision}
    changed = toys.call("PUT", "/items/channel-toy/red box", body)
    assert changed.json["value"]["service"] == "demo.http"
    viewer = toys.call("GET", "/items/security-basic/viewer").json["revision"]
    refused = toys.call("DELETE", f"/items/security-basic/viewer?revision={viewer}")
    assert refused.json["error"]["code"] == "in-use"
    deleted = toys.call("DELETE", f"/items/channel-toy/red box?revision={revision + 1}")
    assert deleted.status_code == 200


def test_its_rules_unique_keys_references_and_bindings_hold(toys: Any) -> None:
    def refused(value: dict[str, Any], name: str = "another") -> str:
        answer = toys.call("POST", "/items/channel-toy", {"name": name, "value": {**BOX, **value}})
        assert answer.status_code >= 400
        return str(answer.json["error"]["message"])

    revision = toys.call("POST", "/items/channel-toy", {"name": "red box", "value": BOX}).json["revision"]
    assert "it must not be black" in refused({"box": "black"})
    assert "The box 'red' is already taken by channel-toy 'red box'" in refused({})
    assert "there is no security-basic, security-api-key or security-tls called 'nobody'" in refused(
        {"box": "blue", "security": ["nobody"]}
    )
    moved = {name: value for name, value in BOX.items() if name != "key"} | {"box": "green"}
    answer = toys.call("PUT", "/items/channel-toy/red box", {"value": moved, "revision": revision})
    assert "box changes, which says what it opens" in answer.json["error"]["message"]


def test_who_may_change_it_is_what_the_kind_says(toys: Any) -> None:
    def status(user: str) -> int:
        found = toys.call("POST", "/items/channel-toy?dry_run=true", {"name": "it", "value": BOX}, user=user)
        return int(found.status_code)

    assert {user: status(user) for user in ("viewer", "operator", "deployer", "admin")} == {
        "viewer": 403,
        "operator": 200,
        "deployer": 403,
        "admin": 200,
    }


def test_it_is_told_of_where_kinds_are(toys: Any) -> None:
    (told,) = (kind for kind in toys.call("GET", "/kinds").json["kinds"] if kind["name"] == "channel-toy")
    assert (told["title"], told["group"], told["pingable"]) == ("Toy channel", "channels", False)
    fields = {field["name"]: field for field in told["fields"]}
    assert (fields["key"]["secret"], fields["box"]["bound"], fields["service"]["service"]) == (True, ["key"], True)
    assert fields["security"]["reference"]["kinds"] == ["security-basic", "security-api-key", "security-tls"]
    assert toys.call("GET", "/summary").json["items"]["channel-toy"] == 0


def test_a_service_that_it_leads_to_and_that_is_not_there_is_told_of(toys: Any) -> None:
    value = {**BOX, "service": "of.nobody"}
    created = toys.call("POST", "/items/channel-toy", {"name": "red box", "value": value}).json
    assert [(each["code"], each["field"]) for each in created["warnings"]] == [("no-such-service", "service")]


def test_the_openapi_document_has_it(toys: Any) -> None:
    found = toys.call("GET", "/openapi.json").json
    assert "swordfish" not in str(found)
    assert found["components"]["schemas"]["ChannelToy"]["properties"]["box"]["description"] == "Name of the box."
    (kind,) = (
        each
        for each in found["paths"]["/zato/api/items/{kind}"]["get"]["parameters"]
        if each["in"] == "path" and each["name"] == "kind"
    )
    assert "channel-toy" in kind["schema"]["enum"]


def test_the_command_line_has_it(zato_config: Callable[..., str]) -> None:
    assert "channel-toy" in {kind["kind"] for kind in json.loads(zato_config("kinds"))}
    assert [each.value for each in completed_kinds(None, None, "channel-t")] == ["channel-toy"]  # type: ignore[arg-type]
    zato_config("set", "channel-toy", "red box", "box=red", "service=demo.echo", "key=swordfish", "security=viewer")
    assert json.loads(zato_config("get", "channel-toy", "red box"))["value"]["security"] == ["viewer"]
    assert [each["name"] for each in json.loads(zato_config("list", "channel-toy"))["items"]] == ["red box"]
    zato_config("delete", "channel-toy", "red box")


def test_exports_have_it_and_imports_take_it_back(client: ApiClient, toys: Any) -> None:
    client.create_item("channel-toy", "red box", BOX)
    exported = client.export()
    assert "swordfish" not in exported
    client.delete_item("channel-toy", "red box")
    assert client.import_(exported, "replace")["created"] == [{"kind": "channel-toy", "name": "red box"}]
    assert client.item("channel-toy", "red box")["value"] == {**BOX, "key": "******"}
    history = client.history("channel-toy", "red box")["changes"]
    assert [change["action"] for change in history] == ["create", "delete", "create"]
    opened = client.export(placeholders=True)
    assert "${CHANNEL_TOY_RED_BOX_BOX}" in opened


def test_the_reference_documentation_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, CHANNEL_TOY.name, CHANNEL_TOY)
    text = reference.render()
    assert "- [Toy channel](#channel-toy)" in text
    section = text.partition("\n## channel-toy\n")[2]
    assert "| `key` | string |  | What opens it. *Secret.* |" in section
    assert "`key` is bound to `box`." in section
    assert "`security` refers to items of [security-basic](#security-basic)" in section
