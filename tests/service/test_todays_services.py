"""Services as they are written for today's Zato run unchanged."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from zato.core.errors import InvalidInput, MethodNotAllowed
from zato.testing import SentRequest, ServiceTestClient


def load(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).parent / "todays" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module: ModuleType = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


simple_io = load("simple_io_services")
rest = load("rest_services")


@pytest.fixture
def rooms() -> ServiceTestClient:
    client = ServiceTestClient()
    client.sql["Rooms"].execute("create table room (id int, floor_no int, name text, notes text, price text)")
    client.sql["Rooms"].execute("insert into room values (1, 2, 'Blue', null, '9.5'), (2, 3, 'Red', 'new', null)")
    return client


def test_names_are_derived_as_they_are_today() -> None:
    assert simple_io.Get.get_name() == "simple-io-services.get"
    assert rest.SetBillingInfo.get_name() == "rest-services.set-billing-info"


def test_simple_io_with_a_database_row(rooms: ServiceTestClient) -> None:
    found = rooms.invoke(simple_io.Get, method="GET", path_params={"id": "1"})
    assert found.data == {"id": 1, "floor_no": 2, "name": "Blue", "price": 9.5}
    missing = rooms.invoke(simple_io.Get, method="GET", path_params={"id": "9"})
    assert (missing.status_code, missing.body, dict(missing.headers)) == (404, b"", {"Cache-Control": "no-cache"})
    with pytest.raises(InvalidInput, match="The field 'id' must be an integer"):
        rooms.invoke(simple_io.Get, method="GET", path_params={"id": "first"})


def test_simple_io_with_repeated_output(rooms: ServiceTestClient) -> None:
    assert rooms.invoke(simple_io.GetList, query={"is_free": "true", "page_size": "5"}).data == [
        {"id": 1, "name": "Blue"},
        {"id": 2, "name": "Red"},
    ]


def test_simple_io_that_creates() -> None:
    client = ServiceTestClient()
    created = client.invoke(simple_io.Create, {"name": "Green", "floor_no": "4", "tags": ["a"]})
    assert (created.status_code, created.data, dict(created.headers)) == (201, {"id": 7}, {"Location": "/rooms/7"})
    assert client.invoke(simple_io.Create, {"name": "taken", "floor_no": 1}).status_code == 409
    assert client.invoke(simple_io.Delete, path_params={"id": "7"}).status_code == 204


def test_documents_read_and_written_by_the_service_itself() -> None:
    response = ServiceTestClient().invoke(simple_io.Raw, {"a": 1})
    assert (response.data, response.content_type) == ({"a": 1, "seen": True}, "application/json")


def test_models() -> None:
    response = ServiceTestClient().invoke(rest.GetClient, {"client_id": 5})
    assert response.data == {"name": "Jane Doe", "email": "hello@example.com", "segment": "RNZ"}


def test_declared_tuples() -> None:
    client = ServiceTestClient()
    assert client.invoke(rest.IsAllowed, {"name": "Wendy", "type": "AXC"}).data == {"is_allowed": True}
    assert client.invoke(rest.IsAllowed, {"name": "Ann", "type": "AXC"}).data == {"is_allowed": False}


def test_outgoing_rest() -> None:
    client = ServiceTestClient()
    client.rest["Billing"].respond({"done": True})
    assert client.invoke(rest.SetBillingInfo, {"user_id": "39175"}, cid="c7").data == {"done": True}
    assert client.rest["Billing"].requests == [
        SentRequest(
            "POST",
            "c7",
            {"billing": "395.7", "currency": "EUR"},
            {"cust_id": "39175", "phone_no": "271637517", "priority": "normal"},
            {"X-App-Name": "Zato", "X-Environment": "Production"},
        )
    ]


def test_method_handlers_and_invocation_of_others() -> None:
    client = ServiceTestClient(services=(rest.GetClient, rest.IsAllowed))
    got = client.invoke(rest.Customer, method="GET", path_params={"cust_id": "5"})
    assert got.data == {"name": "Jane Doe", "email": "hello@example.com", "segment": "RNZ"}
    posted = client.invoke(rest.Customer, method="POST", path_params={"cust_id": "5"}, query={"type": "AXC"})
    assert posted.data == {"path": "5", "method": "POST"}
    refused = client.invoke(rest.Customer, method="POST", path_params={"cust_id": "5"}, query={"type": "B"})
    assert (refused.status_code, refused.data) == (403, {"error": "not allowed"})
    with pytest.raises(MethodNotAllowed):
        client.invoke(rest.Customer, method="PUT", path_params={"cust_id": "5"})


def test_hooks_and_settings() -> None:
    response = ServiceTestClient(user_config={"app": {"name": "crm"}}).invoke(rest.WithHooks, cid="c7")
    assert response.data == {"started": True, "app": "crm", "cid": "c7"}
    assert response.headers == {"X-Done": "yes"}
