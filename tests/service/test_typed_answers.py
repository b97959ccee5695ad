"""What services answer with is held to the type that they declare."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from support.message_types import Address, Customer, Line, Order, Person
from support.service_runs import call
from zato.server.service import InvalidOutput, Service


def test_defaults_of_a_dataclass_are_sent_whether_it_came_from_a_dict_or_from_the_caller() -> None:
    class Gives(Service):
        output = Person

        def handle(self) -> None:
            self.response.payload = {"name": "Ann"}

    class Passes(Service):
        input = Person

        def handle(self) -> None:
            self.response.payload = self.request.input

    expected = {"name": "Ann", "age": 0, "tags": []}
    assert call(Gives).json == call(Passes, {"name": "Ann"}).json == expected


def test_a_model_without_a_value_for_a_required_field_is_the_services_error() -> None:
    class Fills(Service):
        output = Customer

        def handle(self) -> None:
            self.response.payload = Customer()

    with pytest.raises(InvalidOutput, match="The output field 'name' is missing"):
        call(Fills)


def test_a_model_needs_no_declaration_to_be_sent() -> None:
    class Sends(Service):
        def handle(self) -> None:
            address = Address()
            address.city = "Wellington"
            self.response.payload = {"address": address, "again": Address.from_dict(address.to_dict())}

    expected = {"city": "Wellington", "country": "NZ"}
    assert call(Sends).json == {"address": expected, "again": expected}


def test_output_can_be_a_list_of_structs() -> None:
    class Lists(Service):
        output = list[Line]

        def handle(self) -> None:
            self.response.payload.append(Line("a", 1))
            self.response.payload += [{"sku": "b", "count": 2}]

    assert call(Lists).json == [{"sku": "a", "count": 1}, {"sku": "b", "count": 2}]


def test_a_struct_with_wrong_values_inside_is_the_services_error() -> None:
    class Wrong(Service):
        output = Order

        def handle(self) -> None:
            self.response.payload = Order(UUID(int=1), date(2026, 3, 1), [Line("a", "many")])  # type: ignore[arg-type]

    with pytest.raises(InvalidOutput, match=r"The output field 'lines\[0\]\.count' is not valid"):
        call(Wrong)


class Row:
    """Read by its attributes, as what a library gives."""

    def __init__(self, **fields: Any) -> None:
        self.__dict__.update(fields)


@pytest.mark.parametrize(
    "payload",
    [
        {"orderId": "no", "lines": [{"sku": 1, "count": 0}, {"sku": "b"}], "total": "x"},
        Row(order_id="no", lines=[Row(sku=1, count=0), {"sku": "b"}], total="x"),
    ],
)
def test_everything_that_is_wrong_with_an_output_is_named_at_every_depth(payload: Any) -> None:
    class Wrong(Service):
        output = Order

        def handle(self) -> None:
            self.response.payload = payload

    with pytest.raises(InvalidOutput, match=r"There are 3 more\.$") as caught:
        call(Wrong)
    said = "\n".join(caught.value.details)
    for path in ("orderId", "lines[0].sku", "lines[0].count", "total"):
        assert f"The output field '{path}' is not valid: " in said
    for path in ("placedOn", "lines[1].count"):
        assert f"The output field '{path}' is missing." in said
    assert len(caught.value.details) == 6


def test_what_is_wrong_with_a_list_of_outputs_is_counted_beyond_a_hundred() -> None:
    class Wrong(Service):
        output = list[Line]

        def handle(self) -> None:
            self.response.payload = [Row(sku=1, count=1)] * 1000

    with pytest.raises(InvalidOutput) as caught:
        call(Wrong)
    assert len(caught.value.details) == 101
    assert "900 more" in caught.value.details[-1]


def test_output_fields_of_a_type_can_be_set_one_by_one() -> None:
    class Sets(Service):
        output = Line

        def handle(self) -> None:
            self.response.payload.sku = "a"
            self.response.payload.count = 1

    assert call(Sets).json == {"sku": "a", "count": 1}
