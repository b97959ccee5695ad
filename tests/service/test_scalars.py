"""Services whose whole message is one value: what is sent is read once, and what OpenAPI says of it is so."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

import msgspec
import pytest

from zato.core.errors import InvalidInput
from zato.server.service import Service
from zato.service.io import io_of
from zato.testing import ServiceTestClient


class Colour(StrEnum):
    RED = "red"


def echo(declared: Any) -> type[Service]:
    def handle(self: Service) -> None:
        self.response.payload = self.request.input

    return type("Echo", (Service,), {"input": declared, "output": declared, "handle": handle})


@pytest.mark.parametrize(
    ("declared", "body", "value"),
    [
        (str, '"hello"', "hello"),
        (str, '"5"', "5"),
        (str, '"{\\"a\\": 1}"', '{"a": 1}'),
        (str, '""', ""),
        (str, '"\\u00e9"', "\u00e9"),
        (str | None, '"null"', "null"),
        (int, "5", 5),
        (float, "5.5", 5.5),
        (bool, "true", True),
        (Decimal, '"1.10"', Decimal("1.10")),
        (date, '"2026-03-01"', date(2026, 3, 1)),
        (Literal["a", "b"], '"a"', "a"),
        (Colour, '"red"', Colour.RED),
        (Annotated[str, msgspec.Meta(max_length=5)], '"hello"', "hello"),
        (list[str], '["a", "1"]', ["a", "1"]),
        (dict[str, int], '{"a": 1}', {"a": 1}),
    ],
)
def test_a_body_is_read_once_and_sent_as_it_came(declared: Any, body: str, value: Any) -> None:
    response = ServiceTestClient().invoke(echo(declared), body)
    assert response.payload == value
    assert response.content_type == "application/json"
    assert response.data == json.loads(body)


@pytest.mark.parametrize(
    ("declared", "body"),
    [
        (int, '"5"'),
        (float, '"5.5"'),
        (bool, '"true"'),
        (list[int], '"[1]"'),
        (dict[str, int], '"{}"'),
        (str, "5"),
        (str, "true"),
        (str, "null"),
        (str, '["a"]'),
        (int, "5.5"),
        (str, "hello"),
    ],
)
def test_a_body_of_another_type_is_refused(declared: Any, body: str) -> None:
    with pytest.raises(InvalidInput):
        ServiceTestClient().invoke(echo(declared), body)


def test_text_with_json_in_it_is_no_message_of_named_fields() -> None:
    class Named(Service):
        input = "a"

        def handle(self) -> None:
            self.response.payload = self.request.input.to_dict()

    assert ServiceTestClient().invoke(Named, '{"a": "1"}').data == {"a": "1"}
    with pytest.raises(InvalidInput):
        ServiceTestClient().invoke(Named, '"{\\"a\\": 1}"')
    # As it always was: who invokes a service from another one may pass a document
    assert ServiceTestClient().run(Named, '{"a": "1"}') == {"a": "1"}


@pytest.mark.parametrize("text", ["hello", "5", '"quoted"', "", '{"a": 1}'])
def test_text_from_another_service_and_from_a_plain_channel_is_the_value(text: str) -> None:
    assert ServiceTestClient().run(echo(str), text) == text
    if text:
        response = ServiceTestClient().invoke(echo(str), text, plain=True)
        assert (response.text, response.content_type) == (text, "text/plain; charset=utf-8")


def test_null_is_sent_where_it_is_a_value() -> None:
    class Nothing(Service):
        output = str | None

        def handle(self) -> None:
            self.response.payload = None

    response = ServiceTestClient().invoke(Nothing)
    assert (response.body, response.content_type) == (b"null", "application/json")


def test_a_type_that_the_service_sets_is_its_own_business() -> None:
    class Page(Service):
        output = str

        def handle(self) -> None:
            self.response.content_type = "text/html"
            self.response.payload = "<p>"

    response = ServiceTestClient().invoke(Page)
    assert (response.text, response.content_type) == ("<p>", "text/html")


@pytest.mark.parametrize(
    ("declared", "rest", "plain"),
    [
        (str, "application/json", "text/css"),
        (str | None, "application/json", "text/css"),
        (Literal["a"], "application/json", "text/css"),
        (bytes, "application/octet-stream", "text/css"),
        (int, "application/json", "application/json"),
        (list[str], "application/json", "application/json"),
        ("name", "application/json", "application/json"),
    ],
)
def test_documents_say_the_type_that_is_sent(declared: Any, rest: str, plain: str) -> None:
    model = io_of(type("Answers", (Service,), {"output": declared}))[1]
    assert model is not None
    assert (model.media_type(None), model.media_type("text/css")) == (rest, plain)


def test_bytes_are_sent_as_they_are() -> None:
    class Binary(Service):
        output = bytes

        def handle(self) -> None:
            self.response.payload = b"\xff\x00"

    response = ServiceTestClient().invoke(Binary)
    assert (response.body, response.content_type) == (b"\xff\x00", "application/octet-stream")
