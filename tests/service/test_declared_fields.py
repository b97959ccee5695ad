"""Input and output declared by names and elements."""

from __future__ import annotations

from collections import namedtuple
from datetime import UTC as UTC_ZONE
from datetime import date, datetime
from decimal import Decimal as Number
from types import SimpleNamespace
from typing import Any
from uuid import UUID as Identifier

import pytest

from support.service_runs import call
from zato.core.errors import InvalidInput
from zato.server.service import (
    CSV,
    UTC,
    UUID,
    AsIs,
    Bool,
    Date,
    Decimal,
    Dict,
    DictList,
    Float,
    Int,
    InvalidOutput,
    List,
    Service,
    Text,
)

SEEN: dict[str, Any] = {}


def seen(declared: Any, body: Any = b"", **how: Any) -> dict[str, Any]:
    """What a service with this input sees."""

    class Sees(Service):
        input = declared

        def handle(self) -> None:
            SEEN.clear()
            SEEN.update(self.request.input.to_dict())

    call(Sees, body, **how)
    return dict(SEEN)


def answered(declared: Any, payload: Any) -> Any:
    class Answers(Service):
        output = declared

        def handle(self) -> None:
            self.response.payload = payload

    return call(Answers).json


def test_every_element_converts_text() -> None:
    declared = (
        "name", Int("count"), Float("weight"), Decimal("price"), Bool("open"), Date("day"), UTC("moment"), UUID("key"),
        List("tags"), CSV("codes"), AsIs("any"),
    )  # fmt: skip
    query = (
        "name=Ann&count=5&weight=1.5&price=9.90&open=yes&day=2026-03-01&moment=2026-03-01T10:00:00%2B02:00"
        "&key=12345678-1234-5678-1234-567812345678&tags=a&tags=b&codes=x,y&any=1"
    )
    assert seen(declared, query=query) == {
        "name": "Ann",
        "count": 5,
        "weight": 1.5,
        "price": Number("9.90"),
        "open": True,
        "day": date(2026, 3, 1),
        "moment": datetime(2026, 3, 1, 8, tzinfo=UTC_ZONE),
        "key": Identifier("12345678-1234-5678-1234-567812345678"),
        "tags": ["a", "b"],
        "codes": ["x", "y"],
        "any": "1",
    }


def test_a_field_in_json_may_be_text_where_older_clients_send_it_so() -> None:
    assert seen((Int("count"), "name"), {"count": "5", "name": 7}) == {"count": 5, "name": "7"}


def test_the_path_wins_over_the_query_and_the_query_over_the_body() -> None:
    found = seen(
        ("a", "b", "c"), {"a": "body", "b": "body", "c": "body"}, query="a=query&b=query", params={"a": "path"}
    )
    assert found == {"a": "path", "b": "query", "c": "body"}


def test_undeclared_fields_are_ignored() -> None:
    assert seen("name", {"name": "Ann", "age": 5}, query="x=1", params={"y": "2"}) == {"name": "Ann"}


def test_an_optional_field_that_was_not_sent_is_none_or_its_default() -> None:
    assert seen(("-note", Int("limit", default=10)), {}) == {"note": None, "limit": 10}


@pytest.mark.parametrize("body", [{}, {"count": None}, {"count": ""}])
def test_a_required_field_that_is_missing_null_or_empty_is_named(body: Any) -> None:
    with pytest.raises(InvalidInput, match="The field 'count' is missing"):
        seen(Int("count"), body)


def test_empty_text_is_text_but_an_empty_number_was_not_sent() -> None:
    assert seen(("name", Int("-limit")), query="name=&limit=") == {"name": "", "limit": None}


def test_every_field_that_is_wrong_is_named_at_once() -> None:
    with pytest.raises(InvalidInput) as caught:
        seen((Int("a"), Bool("b"), "c", Date("d"), Int("e")), {"a": "x", "b": "maybe", "c": [], "e": 1})
    assert caught.value.code == "invalid-input"
    assert caught.value.details == (
        "The field 'a' must be an integer.",
        "The field 'b' must be true or false.",
        "The field 'c' must be text.",
        "The field 'd' is missing.",
    )


def test_names_follow_the_conventions_that_services_rely_on() -> None:
    declared = ("id", "user_id", "page_size", "is_active", "name", "customer_id", "order_id")
    sent = "id=12&user_id=0&page_size=50&is_active=true&name=12&customer_id=C-7&order_id=007"
    assert seen(declared, query=sent) == {
        "id": 12, "user_id": 0, "page_size": 50, "is_active": True, "name": "12", "customer_id": "C-7",
        "order_id": "007",
    }  # fmt: skip


def test_objects_and_lists_of_objects_have_fields_of_their_own() -> None:
    declared = Dict("customer", "name", Int("-age")), DictList("lines", "sku", Int("count"))
    body = {"customer": {"name": "Ann", "x": 1}, "lines": [{"sku": "a", "count": "2"}]}
    assert seen(declared, body) == {"customer": {"name": "Ann", "age": None}, "lines": [{"sku": "a", "count": 2}]}
    lines = [{"sku": "a", "count": 1}, {"sku": "b"}, 5, {"count": "many"}]
    with pytest.raises(InvalidInput) as caught:
        seen(declared, {"customer": {"age": "old"}, "lines": lines})
    assert caught.value.details == (
        "The field 'customer.name' is missing.",
        "The field 'customer.age' must be an integer.",
        "The field 'lines[1].count' is missing.",
        "The field 'lines[2]' must be an object.",
        "The field 'lines[3].sku' is missing.",
        "The field 'lines[3].count' must be an integer.",
    )
    with pytest.raises(InvalidInput) as caught:
        seen(declared, {**body, "lines": [{}] * 1000})
    assert len(caught.value.details) == 101
    assert caught.value.details[-1] == "There are 1900 more findings like these."
    assert caught.value.message.endswith(" There are 1997 more.")


@pytest.mark.parametrize("body", [b"[1]", b'"text"', b"5", b"true"])
def test_a_message_that_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidInput):
        seen("name", body)


def test_a_field_may_have_the_name_of_a_method() -> None:

    class Reads(Service):
        input = "items", "get", "keys"

        def handle(self) -> None:
            found = self.request.input
            self.response.payload = [found.items, found.get, found["keys"]]

    assert call(Reads, query="items=1&get=2&keys=3").json == ["1", "2", "3"]


def test_input_reads_by_attribute_by_item_and_by_get() -> None:
    class Reads(Service):
        input = "name", "-note"

        def handle(self) -> None:
            data = self.request.input
            assert data.name == data["name"] == data.get("name") == "Ann"
            assert data.note is None
            assert data.get("other", 5) == 5
            assert dict(data) == {"name": "Ann", "note": None}
            assert "name" in data
            assert len(data) == 2
            with pytest.raises(AttributeError, match="no field 'nmae' here; the fields are: name, note"):
                _ = data.nmae
            self.response.payload = data

    assert call(Reads, {"name": "Ann"}).json == {"name": "Ann", "note": None}


def test_output_can_be_set_field_by_field() -> None:
    class Sets(Service):
        output = "name", Int("count"), "-note"

        def handle(self) -> None:
            self.response.payload.name = "Ann"
            self.response.payload["count"] = "5"

    assert call(Sets).json == {"name": "Ann", "count": 5}


def test_setting_a_field_that_is_not_declared_says_which_are() -> None:
    class Sets(Service):
        output = "name", "note"

        def handle(self) -> None:
            self.response.payload.nmae = "Ann"

    with pytest.raises(AttributeError, match="no field 'nmae'; the declared fields are: name, note"):
        call(Sets)


Row = namedtuple("Row", "name count")


@pytest.mark.parametrize(
    "payload",
    [{"name": "Ann", "count": 5, "secret": 1}, Row("Ann", 5), SimpleNamespace(name="Ann", count=5, secret=1)],
)
def test_output_takes_the_declared_fields_of_whatever_has_them(payload: Any) -> None:
    assert answered(("name", Int("count")), payload) == {"name": "Ann", "count": 5}


def test_output_of_many_rows_is_a_list() -> None:
    rows = [{"name": "a", "count": 1}, Row("b", 2)]
    expected = [{"name": "a", "count": 1}, {"name": "b", "count": 2}]
    assert answered(("name", Int("count")), rows) == expected
    assert answered(("name", Int("count")), (row for row in rows)) == expected


def test_a_missing_required_output_field_is_the_services_error_and_named() -> None:
    with pytest.raises(InvalidOutput, match="The output field 'count' is missing") as caught:
        answered(("name", "count"), {"name": "Ann"})
    assert (caught.value.status, caught.value.code) == (500, "invalid-output")
    with pytest.raises(InvalidOutput, match=r"'\[1\]\.count' is missing"):
        answered(("name", "count"), [{"name": "a", "count": 1}, {"name": "b"}])


def test_an_output_field_of_the_wrong_type_is_named() -> None:
    with pytest.raises(InvalidOutput, match="The output field 'count' must be an integer"):
        answered(Int("count"), {"count": "many"})


def test_null_is_an_answer_and_an_optional_output_that_is_not_set_is_left_out() -> None:
    assert answered(("name", Int("count"), "-note"), {"name": None, "count": None}) == {"name": None, "count": None}


def test_rich_values_are_written_as_text() -> None:
    declared = Date("day"), Decimal("price"), CSV("codes"), UUID("key"), "moment", Text("number")
    payload = {
        "day": date(2026, 3, 1),
        "price": Number("9.90"),
        "codes": ["x", "y"],
        "key": Identifier(int=5),
        "moment": datetime(2026, 3, 1, 8, tzinfo=UTC_ZONE),
        "number": 5,
    }
    assert answered(declared, payload) == {
        "day": "2026-03-01",
        "price": "9.90",
        "codes": "x,y",
        "key": "00000000-0000-0000-0000-000000000005",
        "moment": "2026-03-01T08:00:00Z",
        "number": "5",
    }


def test_a_service_may_write_its_document_itself() -> None:
    assert answered(("name", "count"), '{"ready": true}') == {"ready": True}
