"""Input and output declared as types."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from support.message_types import Company, Customer, Line, Order, Person, Search, Strict
from support.service_runs import Others, call, context, echo
from zato.core.errors import InvalidInput
from zato.server.service import Service

ORDER = {"orderId": str(UUID(int=5)), "placedOn": "2026-03-01", "lines": [{"sku": "a", "count": 1}]}


def test_a_struct_arrives_as_its_own_instance() -> None:
    class Takes(Service):
        input = Order
        output = Order

        def handle(self) -> None:
            order = self.request.input
            assert isinstance(order, Order)
            assert order.placed_on == date(2026, 3, 1)
            order.total = Decimal("9.90")
            self.response.payload = order

    assert call(Takes, ORDER).json == {**ORDER, "total": "9.90"}


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ({"lines": [{"sku": "a", "count": 1}, {"sku": "b", "count": "2"}]}, "'lines[1].count'"),
        ({"lines": [{"sku": "a", "count": 0}]}, "'lines[0].count'"),
        ({"lines": [{"sku": "a"}]}, "'lines[0].count' is missing"),
        ({"placedOn": "01.03.2026"}, "'placedOn'"),
        ({"orderId": "5"}, "'orderId'"),
    ],
)
def test_json_is_held_to_the_type_and_the_error_has_the_whole_path(change: dict[str, Any], finding: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        call(echo(Order), {**ORDER, **change})
    assert finding in caught.value.message
    assert caught.value.code == "invalid-input"


def test_all_fields_that_are_wrong_are_named_at_once() -> None:
    with pytest.raises(InvalidInput) as caught:
        call(echo(Order), {"orderId": 5, "lines": "none"})
    assert [detail.split("'")[1] for detail in caught.value.details] == ["orderId", "placedOn", "lines"]


def test_unknown_fields_are_for_the_type_to_refuse() -> None:
    assert call(echo(Line), {"sku": "a", "count": 1, "x": 2}).json == {"sku": "a", "count": 1}
    with pytest.raises(InvalidInput, match="The field 'x' is not known"):
        call(echo(Strict), {"name": "a", "x": 2})
    assert call(echo(Strict), {"name": "a"}, query="utm=1").json == {"name": "a"}


def test_parameters_of_path_and_query_are_converted_from_text() -> None:
    found = call(
        echo(Search), query="limit=5&exact=true&colours=red&sort=age&price=1.50&text=body", params={"text": "p"}
    )
    expected = {"text": "p", "limit": 5, "exact": True, "colours": ["red"], "sort": "age", "price": "1.50"}
    assert found.json == expected
    assert call(echo(Search), query="text=a&colours=red&colours=blue&limit=").json["colours"] == ["red", "blue"]


def test_parameters_that_do_not_convert_are_named() -> None:
    with pytest.raises(InvalidInput) as caught:
        call(echo(Search), query="text=a&limit=many&colours=green&sort=height")
    assert caught.value.details == (
        "The field 'limit' is not valid: expected int, got str.",
        "The field 'colours[0]' is not valid: expected one of 'red', 'blue'.",
        "The field 'sort' is not valid: expected one of 'age', 'name'.",
    )
    with pytest.raises(InvalidInput) as caught:  # with what is wrong in the message beside them
        call(echo(Search), {"sort": "height", "exact": 5}, query="limit=many")
    assert [detail.split("'")[1] for detail in caught.value.details] == ["limit", "text", "exact", "sort"]


def test_the_body_stays_strict_beside_parameters() -> None:
    with pytest.raises(InvalidInput, match="The field 'limit' is not valid: expected int, got str"):
        call(echo(Search), {"limit": "5"}, query="text=a")


def test_a_dataclass_arrives_as_its_own_instance_and_leaves_with_its_defaults() -> None:
    assert call(echo(Person), {"name": "Ann"}).json == {"name": "Ann", "age": 0, "tags": []}


def test_models_of_todays_services_work_with_and_without_decorator() -> None:
    assert call(echo(Customer), {"name": "Ann"}).json == {"name": "Ann", "segment": "RNZ"}
    body = {"name": "ACME", "offices": [{"city": "Wellington"}]}
    assert call(echo(Company), body).json == {"name": "ACME", "offices": [{"city": "Wellington", "country": "NZ"}]}


def test_a_model_is_filled_attribute_by_attribute() -> None:
    class Fills(Service):
        output = Customer

        def handle(self) -> None:
            response = Customer()
            response.name = "Ann"
            self.response.payload = response

    assert call(Fills).json == {"name": "Ann", "segment": "RNZ"}


def test_input_can_be_a_list_of_structs() -> None:
    assert call(echo(list[Line]), [{"sku": "a", "count": 1}]).json == [{"sku": "a", "count": 1}]
    with pytest.raises(InvalidInput, match=r"'\[1\]\.count'"):
        call(echo(list[Line]), [{"sku": "a", "count": 1}, {"sku": "a", "count": "1"}])


def test_an_invoked_service_takes_instances_and_returns_one() -> None:
    class Caller(Service):
        def handle(self) -> None:
            found = self.invoke(Called, Person("Ann", 5))
            assert isinstance(found, Person)
            self.response.payload = found.name

    class Called(echo(Person)):  # type: ignore[misc]
        pass

    assert call(Caller, using=context(Others(Called))).body == b"Ann"


@pytest.mark.parametrize("body", [b"[]", b"5", b'"x"', b"null"])
def test_a_message_that_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidInput):
        call(echo(Person), body)


def test_any_mapping_can_be_the_input() -> None:
    assert call(echo(dict[str, int]), {"a": 1}).json == {"a": 1}
    with pytest.raises(InvalidInput):
        call(echo(dict[str, int]), {"a": "1"})
