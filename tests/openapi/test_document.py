"""The OpenAPI document of channels."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import jsonschema_rs
import msgspec
import pytest
import schemathesis

from zato.config.configuration import Configuration
from zato.config.item import Item
from zato.config.kinds import ChannelHttp, ChannelRest, HttpChannel, SecurityApiKey, SecurityBasic, SecurityTls
from zato.openapi import document
from zato.server.service import CSV, AsIs, Date, Dict, DictList, Float, Int, List, Service, Text
from zato.service.io import IOModel, io_of


@dataclass(frozen=True)
class Entry:
    name: str
    implementation: type[Service]
    module: str
    input: IOModel | None
    output: IOModel | None


class Line(msgspec.Struct):
    sku: str
    count: int


class Order(msgspec.Struct):
    customer: str
    placed_on: date
    lines: list[Line]
    total: Decimal | None = None


class GetCustomer(Service):
    """Looks up a customer.

    Searches the CRM first.
    """

    input = "id", Int("-limit"), List("-tags"), Dict("-filter")
    output = "name", Int("age"), "-note"


class PlaceOrder(Service):
    input = Order
    output = list[Line]


class Anything(Service):
    pass


class Refined(Anything):
    pass


def document_of(
    channels: Mapping[str, HttpChannel],
    services: dict[str, type[Service]],
    security: dict[str, msgspec.Struct] | None = None,
    *,
    module: str = "crm",
) -> dict[str, Any]:
    items: dict[str, dict[str, Item]] = {}
    for name, value in channels.items():
        kind = "channel-rest" if isinstance(value, ChannelRest) else "channel-http"
        items.setdefault(kind, {})[name] = Item(kind, name, 1, value)
    kinds: dict[type[msgspec.Struct], str] = {
        SecurityBasic: "security-basic",
        SecurityApiKey: "security-api-key",
        SecurityTls: "security-tls",
    }
    for name, definition in (security or {}).items():
        kind = kinds[type(definition)]
        items.setdefault(kind, {})[name] = Item(kind, name, 1, definition)
    configuration = Configuration(1, MappingProxyType(items))
    entries = {name: Entry(name, cls, module, *io_of(cls)) for name, cls in services.items()}
    made = json.loads(msgspec.json.encode(document(configuration, entries, title="Test", version="1")))
    check(made)
    return dict(made)


def check(made: dict[str, Any]) -> None:
    """Holds it to the published schema of OpenAPI 3.1, each schema to JSON Schema, each reference to its end."""
    schemathesis.openapi.from_dict(made).validate()
    shapes = set()
    for path in made["paths"]:
        shape = "/".join("{}" if part.startswith("{") else part for part in path.split("/"))
        assert shape not in shapes
        shapes.add(shape)
    operations = [one for path in made["paths"].values() for one in path.values()]
    assert len({one["operationId"] for one in operations}) == len(operations)
    for found in walk(made):
        if isinstance(found.get("$ref"), str):
            section, name = found["$ref"].removeprefix("#/components/").split("/")
            assert name in made["components"][section]
        if isinstance(found.get("schema"), dict):
            jsonschema_rs.meta.validate({**found["schema"], "$schema": "https://json-schema.org/draft/2020-12/schema"})
        for requirement in found["security"] if isinstance(found.get("security"), list) else ():
            assert set(requirement) <= set(made["components"]["securitySchemes"])


def walk(value: Any) -> Any:
    if isinstance(value, dict):
        yield value
        for one in value.values():
            yield from walk(one)
    elif isinstance(value, list):
        for one in value:
            yield from walk(one)


def rest(service: str, path: str, *methods: str, **more: Any) -> ChannelRest:
    return ChannelRest(service=service, path=path, methods=methods or ("GET",), **more)  # type: ignore[arg-type]


def test_path_and_query_parameters_come_from_the_declared_input() -> None:
    made = document_of({"customers.get": rest("crm.get", "/customers/{id}")}, {"crm.get": GetCustomer})
    operation = made["paths"]["/customers/{id}"]["get"]
    assert operation["operationId"] == "customers.get.get"
    assert operation["summary"] == "Looks up a customer."
    assert operation["description"] == "Searches the CRM first."
    assert operation["tags"] == ["crm"]
    assert operation["parameters"] == [
        {"name": "id", "in": "path", "required": True, "schema": {"type": ["integer", "string"]}},
        {"name": "limit", "in": "query", "required": False, "schema": {"type": "integer"}},
        {"name": "tags", "in": "query", "required": False, "schema": {"type": "array", "items": {}}},
    ]
    assert "requestBody" not in operation
    assert operation["responses"]["200"]["content"]["application/json"]["schema"] == {
        "type": "object",
        "properties": {"name": {}, "age": {"type": ["integer", "null"]}, "note": {}},
        "required": ["name", "age"],
    }


def test_a_body_has_what_the_path_does_not_give() -> None:
    made = document_of({"customers.put": rest("crm.get", "/customers/{id}", "PUT")}, {"crm.get": GetCustomer})
    body = made["paths"]["/customers/{id}"]["put"]["requestBody"]
    schema = body["content"]["application/json"]["schema"]
    assert set(schema["properties"]) == {"limit", "tags", "filter"}
    assert body["required"] is False


def test_typed_messages_become_named_schemas_of_their_module() -> None:
    made = document_of({"orders": rest("shop.order", "/orders", "POST")}, {"shop.order": PlaceOrder}, module="shop")
    operation = made["paths"]["/orders"]["post"]
    body = operation["requestBody"]
    assert body == {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/shop.Order"}}},
    }
    schemas = made["components"]["schemas"]
    assert schemas["shop.Order"]["properties"]["lines"]["items"] == {"$ref": "#/components/schemas/shop.Line"}
    assert schemas["shop.Order"]["required"] == ["customer", "placed_on", "lines"]
    success = operation["responses"]["2XX"]["content"]["application/json"]["schema"]
    assert success == {"type": "array", "items": {"$ref": "#/components/schemas/shop.Line"}}


def test_a_typed_message_without_what_the_path_gives() -> None:
    made = document_of({"orders": rest("shop.order", "/{customer}/orders", "POST")}, {"shop.order": PlaceOrder})
    operation = made["paths"]["/{customer}/orders"]["post"]
    assert operation["parameters"][0]["schema"] == {"type": "string"}
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    assert sorted(schema["properties"]) == ["lines", "placed_on", "total"]
    assert schema["required"] == ["placed_on", "lines"]


def test_what_is_not_declared_is_anything() -> None:
    made = document_of({"any": rest("any", "/any", "POST", "GET")}, {"any": Anything})
    operation = made["paths"]["/any"]["post"]
    assert operation["requestBody"] == {"content": {"application/json": {"schema": {}}}}
    assert "content" not in operation["responses"]["200"]
    assert "parameters" not in made["paths"]["/any"]["get"]
    assert "summary" not in operation, "the base class's docstring is not the service's"


def test_a_plain_channel_takes_anything_and_gives_its_type() -> None:
    channel = ChannelHttp(service="any", path="/upload", methods=("POST",), content_type="text/csv")
    made = document_of({"upload": channel}, {"any": Refined})
    operation = made["paths"]["/upload"]["post"]
    assert operation["requestBody"] == {"content": {"*/*": {"schema": {}}}}
    assert operation["responses"]["200"]["content"] == {"text/csv": {"schema": {}}}


def test_only_methods_that_the_service_handles_are_there() -> None:
    class ByMethod(Service):
        def handle_GET(self) -> None: ...

        def handle_POST(self) -> None: ...

    made = document_of({"a": rest("a", "/a", "GET", "POST", "DELETE")}, {"a": ByMethod})
    assert sorted(made["paths"]["/a"]) == ["get", "post"]


def test_inactive_channels_and_those_without_a_deployed_service_are_not_there() -> None:
    channels = {"a": rest("a", "/a", active=False), "b": rest("nowhere", "/b")}
    assert document_of(channels, {"a": Anything})["paths"] == {}


def test_the_same_path_with_differently_named_parameters_is_one_path() -> None:
    class ByKey(Service):
        input = Int("key")

    channels = {"a": rest("any", "/a/{id}"), "b": rest("key", "/a/{key}", "PUT")}
    made = document_of(channels, {"any": Anything, "key": ByKey})
    assert list(made["paths"]) == ["/a/{id}"]
    put = made["paths"]["/a/{id}"]["put"]
    assert put["parameters"] == [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}]
    assert "requestBody" not in put


def test_any_one_of_the_security_definitions_lets_a_client_in() -> None:
    security: dict[str, msgspec.Struct] = {
        "crm clients": SecurityBasic(username="crm", password="x"),
        "shop": SecurityApiKey(header="X-Shop", key="0123456789abcdef"),
        "partner@x": SecurityTls(fingerprint="0" * 64),
    }
    names = tuple(security)
    channels = {"a": rest("a", "/a", security=names), "b": rest("a", "/b")}
    made = document_of(channels, {"a": Anything}, security)
    assert made["paths"]["/a"]["get"]["security"] == [
        {"security.crm_20_clients": []}, {"security.shop": []}, {"security.partner_40_x": []},
    ]  # fmt: skip
    assert made["paths"]["/b"]["get"]["security"] == []
    schemes = made["components"]["securitySchemes"]
    assert {name: scheme["type"] for name, scheme in schemes.items()} == {
        "security.crm_20_clients": "http", "security.shop": "apiKey", "security.partner_40_x": "mutualTLS",
    }  # fmt: skip
    assert schemes["security.shop"]["name"] == "X-Shop"


def test_every_operation_has_the_one_form_of_errors() -> None:
    made = document_of({"a": rest("a", "/a")}, {"a": Anything})
    responses = made["paths"]["/a"]["get"]["responses"]
    reference = responses["default"]["content"]["application/json"]["schema"]
    assert reference == {"$ref": "#/components/schemas/zato.Error"}
    error = made["components"]["schemas"]["zato.Error"]
    body = {"error": {"code": "not-found", "message": "No.", "cid": "c1", "details": []}}
    assert jsonschema_rs.is_valid(error, body)
    assert not jsonschema_rs.is_valid(error, {"error": {"code": "not-found"}})


@pytest.mark.parametrize(
    "declared",
    [
        ("name", AsIs("a"), Float("b"), Date("c"), CSV("d"), Text("e", default="x"), DictList("f", "g", Int("-h"))),
        Order,
        list[Order],
        dict[str, Order],
        Order | None,
        str,
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_every_declaration_makes_a_valid_document(declared: Any, method: str) -> None:
    class Declares(Service):
        input = declared
        output = declared

    made = document_of({"a": rest("a", "/a/{name}", method)}, {"a": Declares})
    assert made["paths"]["/a/{name}"][method.lower()]


def test_no_name_of_a_component_can_collide_with_another_documents() -> None:
    made = document_of(
        {"a": rest("a", "/a", "POST", security=("basic",))},
        {"a": PlaceOrder},
        {"basic": SecurityBasic(username="crm", password="x")},
    )
    for entries in made["components"].values():
        assert all("." in name for name in entries)
