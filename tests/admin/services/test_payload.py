"""What a service is to be given, as a form that is made from its schema."""

from __future__ import annotations

import pytest

from zato.admin.services.payload import answer_text, decoded, example_of, fields_of, payload_of
from zato.core.errors import InvalidInput

SCHEMA = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "description": "Whose."},
        "count": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        "price": {"type": "number"},
        "urgent": {"type": "boolean"},
    },
    "required": ["name", "price"],
}


def test_simple_fields_are_a_form_and_others_take_json() -> None:
    assert [(field.name, field.type, field.required) for field in fields_of(SCHEMA)] == [
        ("name", "string", True),
        ("count", "integer", False),
        ("price", "number", True),
        ("urgent", "boolean", False),
    ]
    assert fields_of({"properties": {"rows": {"type": "array"}}}) == ()
    assert fields_of(None) == ()


def test_a_form_becomes_the_input() -> None:
    fields = fields_of(SCHEMA)
    assert payload_of(fields, {"name": "a", "count": "", "price": "1.5", "urgent": "yes"}) == {
        "name": "a",
        "price": 1.5,
        "urgent": True,
    }
    assert payload_of(fields, {"price": "cheap"})["price"] == "cheap"  # for the service to refuse


def test_json_is_decoded_and_what_is_none_says_where() -> None:
    assert decoded(' {"a": 1} ') == {"a": 1}
    assert decoded("") is None
    with pytest.raises(InvalidInput, match="line 1 column 2"):
        decoded("{a}")


def test_an_answer_is_shown_as_what_it_is() -> None:
    assert answer_text(b'{"a":1}', "application/json") == '{\n  "a": 1\n}'
    assert answer_text(b"{", "application/json") == "{"
    assert answer_text(b"\xff\xfe", "application/octet-stream") == "(2 bytes that are no text)"
    assert example_of(SCHEMA) == '{\n  "name": "",\n  "price": 0\n}'
