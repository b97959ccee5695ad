"""Configuration items as commands read and show them."""

from __future__ import annotations

import re
from typing import Any

from zato.client.api import ApiClient
from zato.core.errors import InvalidInput, NotFound

_BRIEF = 110
_PACKAGE_HASH = re.compile(r"[\s\\]*--hash[= ]\S+")
_HASH = re.compile(r"\b([0-9a-f]{12})[0-9a-f]{28,}\b")


def known_item(client: ApiClient, kind: str, name: str) -> dict[str, Any] | None:
    """The item; None where there is none of that name."""
    try:
        return client.item(kind, name)
    except NotFound as error:
        if error.code != "no-such-item":
            raise
        return None


def text_of(file: Any) -> str:
    """What an open file has. Raises InvalidInput where that is no UTF-8."""
    try:
        return str(file.read(), "utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInput(
            f"{file.name} is not valid UTF-8 at byte {error.start}; convert it.", code="invalid-utf8"
        ) from error


def brief(value: Any) -> str:
    """The fields that are set, as much of them as a table has room for."""
    if not isinstance(value, dict):
        return ""
    shown = (f"{name}={shown_value(each)}" for name, each in value.items() if each not in (None, [], ""))
    text = without_hashes(" ".join(shown))
    return text if len(text) <= _BRIEF else text[: _BRIEF - 3] + "..."


def without_hashes(text: str) -> str:
    """Hashes that follow packages left out, others cut: who looks at many things looks for names."""
    return _HASH.sub(r"\1", _PACKAGE_HASH.sub("", text))


def shown_value(value: Any) -> str:
    """A field's value as it would be given."""
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
