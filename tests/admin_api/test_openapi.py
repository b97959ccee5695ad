"""The document says what the server does."""

from __future__ import annotations

import re
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.core.result import Ok

from support.openapi_checks import CHECKS
from support.passwords import basic
from zato.config.kinds import KINDS

# Starts a program that looks at a machine of a cluster, and there is none here
OF_A_MACHINE = ["examine-machine"]


@pytest.fixture
def document(world: Any) -> dict[str, Any]:
    found: dict[str, Any] = world.call("GET", "/openapi.json").json
    return found


def test_every_route_is_in_the_document_under_its_own_name(world: Any, document: dict[str, Any]) -> None:
    listed = {
        (method.upper(), path, operation["operationId"])
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if path.startswith("/zato/")
    }
    assert listed == {(route.method, route.path, route.operation) for route in world.table}
    assert document["openapi"].startswith("3.1")
    assert document["info"]["version"] == "1.2.3"


def test_the_document_is_valid_openapi_and_every_reference_in_it_resolves(document: dict[str, Any]) -> None:
    schemathesis.openapi.from_dict(document).validate()
    names = re.findall(r"#/components/schemas/([\w.-]+)", str(document))
    assert set(names) <= set(document["components"]["schemas"])


def test_channels_of_the_users_are_in_the_same_document(world: Any) -> None:
    assert "/echo/{id}" not in world.call("GET", "/openapi.json").json["paths"]
    body = {"name": "echo", "value": {"service": "demo.echo", "path": "/echo/{id}", "security": ["viewer"]}}
    world.call("POST", "/items/channel-rest", body)
    world.refresh()
    document = world.call("GET", "/openapi.json").json
    assert set(document["paths"]["/echo/{id}"]) >= {"get", "post"}
    assert {"basic", "security.viewer"} <= set(document["components"]["securitySchemes"])
    schemathesis.openapi.from_dict(document).validate()


def test_each_operation_says_which_roles_it_takes_and_which_errors_it_has(document: dict[str, Any]) -> None:
    deploy = document["paths"]["/zato/api/deployments"]["post"]
    assert deploy["description"] == "Roles: deployer, admin."
    assert {"201", "400", "401", "403", "409", "413", "415", "503"} <= set(deploy["responses"])
    assert deploy["responses"]["400"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Error"}


def test_the_fields_of_every_kind_are_in_the_document(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    kinds = schemas["NewItem"]["properties"]["value"]["anyOf"]
    assert len(kinds) == len(KINDS)
    assert schemas["ChannelRest"]["properties"]["path"]["description"]


def test_the_server_does_what_the_document_says_whatever_is_sent(world: Any) -> None:
    whole = schemathesis.openapi.from_wsgi("/zato/api/openapi.json", world.app, headers=basic("admin", "any"))
    schema = whole.include(path_regex="^/zato/").exclude(operation_id=OF_A_MACHINE)
    seen = set(OF_A_MACHINE)
    for result in schema.get_all_operations():
        assert isinstance(result, Ok), result
        operation = result.ok()

        @settings(max_examples=15, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def check(case: Any) -> None:
            response = case.call(headers=basic("admin", "any"))
            case.validate_response(response, checks=CHECKS)

        check()
        seen.add(operation.label)
    assert len(seen) == len(world.table)
