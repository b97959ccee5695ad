"""What the types of a value cannot say: its name, the characters in its strings, and its kind's own rules. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from zato.config.kinds import kind_named
from zato.config.kinds.text import character_error, name_error
from zato.core.declared import fields_of

MAX_SECRET_CHARACTERS = 16_384


def errors(kind: str, name: str, value: msgspec.Struct) -> list[str]:
    """Everything that is wrong with a value whose secrets are opened; each starts with "field: "."""
    definition = kind_named(kind)
    found: list[str] = []
    for field in fields_of(definition.struct):
        content = getattr(value, field.name)
        for text in _strings(content):
            error = character_error(text, multiline=field.name in definition.multiline_fields)
            if error is not None:
                found.append(f"{field.name}: {error}")
        if field.name in definition.secret_fields and content is not None and len(content) > MAX_SECRET_CHARACTERS:
            found.append(f"{field.name}: it is longer than {MAX_SECRET_CHARACTERS} characters")
    # A kind's own rules take it for granted that there are no control characters or lone surrogates.
    return name_errors(name) + (found or definition.errors(name, value))


def name_errors(name: str) -> list[str]:
    """What is wrong with the name of an item."""
    error = name_error(name)
    return [] if error is None else [f"name: {error}"]


def _strings(content: Any) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, Mapping):
        for key, value in content.items():
            yield from _strings(key)
            yield from _strings(value)
    elif isinstance(content, tuple | list):
        for element in content:
            yield from _strings(element)
