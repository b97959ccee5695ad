"""Which fields a secret is bound to, and what to say where one of them changes. Pure.

Whoever may change an item, and not know its secrets, would otherwise be told them: change the address, keep the masked
secret, and ping.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from zato.config.kinds import Kind
from zato.core.declared import fields_of


def bound_text(definition: Kind[Any], secret: str, body: Mapping[str, Any]) -> str | None:
    """The fields that a secret is bound to, as one text; None where one of them is missing or not of its type.

    Those that have their defaults are left out, so that the text stays the same when a later release has a field more.
    """
    fields = {field.name: field for field in fields_of(definition.struct)}
    bound: dict[str, Any] = {}
    for binding in definition.bindings[secret]:
        field = fields[binding.field]
        if binding.field not in body:
            if field.required:
                return None
            continue
        try:
            value = msgspec.convert(body[binding.field], field.type)
        except (msgspec.ValidationError, UnicodeEncodeError):
            return None
        if field.required or value != field.default:
            bound[binding.field] = msgspec.to_builtins(value)
    return msgspec.json.encode(bound, order="sorted").decode()


def changed(definition: Kind[Any], secret: str, before: msgspec.Struct | None, after: msgspec.Struct) -> list[str]:
    """One "field: sentence" for each field that makes it necessary to give the secret of `before` anew.

    Where nothing is known of `before`, that is every field.
    """
    required = {field.name for field in fields_of(definition.struct) if field.required}
    how = "give it anew" if secret in required else "give it anew, or null to remove it"
    return [
        f"{secret}: {how}, since {binding.field} changes, which {binding.reason}"
        for binding in definition.bindings[secret]
        if before is None or getattr(before, binding.field) != getattr(after, binding.field)
    ]
