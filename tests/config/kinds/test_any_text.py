"""Whatever text is put into whatever field: it is refused as invalid input, or stored as it is and harmless."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zato.config import validation
from zato.config.codec import decode, decode_stored, encode
from zato.config.kinds import KINDS
from zato.core.errors import InvalidInput

PIECES = [
    "/", "//", "{", "}", "{id}", "https://", "http://[", "]", "@", ":", "#", "?", "%0d%0a", "\r\n", "\n", "\x00", "\t",
    "\x7f", "\u2028", "\u202e", "\ud800", "'; DROP TABLE zt_item; --", "{{ 7 * 7 }}", "<script>", "sealed:", "******",
    "a", "é", "٣", "sqlite:///a", "mysql+pymysql://db/x", "text/plain", ";", "=", '"', "-----BEGIN CERTIFICATE-----",
]  # fmt: skip
texts = st.text(max_size=20) | st.lists(st.sampled_from(PIECES), max_size=6).map("".join)
FIELDS = [(kind.name, field) for kind in KINDS.values() for field in (*kind.struct.__struct_fields__, "no_such_field")]


def strings(content: Any) -> list[str]:
    if isinstance(content, str):
        return [content]
    return [text for part in content for text in strings(part)] if isinstance(content, list) else []


@pytest.mark.parametrize(("kind", "field"), FIELDS)
@given(text=texts, as_list=st.booleans())
def test_it_is_refused_or_stored_as_it_is(kind: str, field: str, text: str, as_list: bool) -> None:
    definition = KINDS[kind]
    body: dict[str, Any] = {**dict.fromkeys(definition.generated_fields, "0123456789abcdef"), **definition.example}
    body[field] = [text] if as_list else text
    try:
        value = decode(kind, definition.example_name, body)
    except InvalidInput as error:
        assert any(detail.startswith(field) for detail in error.details)
        return
    if validation.errors(kind, definition.example_name, value) == []:
        stored = decode_stored(kind, "x", encode(kind, value))
        assert stored == value
        shown = msgspec.to_builtins(getattr(stored, field))
        refused = "" if field in definition.multiline_fields else "\n"
        for stored_text in strings(shown):
            assert not set(stored_text) & set(f"{refused}\r\x00\x7f\x1b\u2028\u202e")


@given(name=texts)
def test_a_name_is_refused_or_plain(name: str) -> None:
    found = validation.errors("service", name, decode("service", name, {}))
    if not found:
        assert name.isascii()
        assert name.isprintable()
        assert not set(name) & set("/\\'\"<>{}%?#;=,\r\n")
