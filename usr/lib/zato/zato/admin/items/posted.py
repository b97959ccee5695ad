"""What a form has sent, as the value of an item. Pure: what cannot be right is left for the cluster to say so."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from zato.admin.items.controls import may_be_null, types_of, widget_of


class Posted(Protocol):
    """The fields of a form, each with all its values."""

    def get(self, name: str, default: str, /) -> str: ...

    def getlist(self, name: str, /) -> Sequence[str]: ...


def value_of(kind: Mapping[str, Any], posted: Posted) -> dict[str, Any]:
    """The fields by name. A secret that was left empty is not among them: the cluster keeps the one that it has."""
    found: dict[str, Any] = {}
    for field in kind["fields"]:
        name = field["name"]
        text = str(posted.get(name, ""))
        widget = widget_of(field)
        if widget == "secret":
            if text:
                found[name] = text.replace("\r\n", "\n")
            elif posted.get(f"clear-{name}", ""):
                found[name] = None
        elif widget == "checkbox":
            found[name] = text != ""
        elif field["several"] and widget != "json":
            found[name] = _several(posted.getlist(name))
        elif widget == "json":
            found[name] = _decoded(text, field)
        elif text.strip() == "":
            # Of a field that needs one, so that the cluster says that it does
            if field["required"]:
                found[name] = ""
            elif may_be_null(field):
                found[name] = None
        elif widget == "number":
            found[name] = _number(text.strip(), whole="integer" in types_of(field))
        else:
            found[name] = text.replace("\r\n", "\n") if field["multiline"] else text.strip()
    return found


def revision_of(posted: Posted) -> int:
    """The revision that a form was made from; 0, which no item has, where it does not say."""
    text = str(posted.get("revision", ""))
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def _several(texts: Sequence[str]) -> list[str]:
    return [line.strip() for text in texts for line in text.splitlines() if line.strip()]


def _number(text: str, *, whole: bool) -> Any:
    try:
        return int(text)
    except ValueError:
        pass
    try:
        found = float(text)
    except ValueError:
        return text
    # JSON has neither infinity nor what is no number
    return text if whole or not math.isfinite(found) else found


def _decoded(text: str, field: Mapping[str, Any]) -> Any:
    if not text.strip():
        return [] if field["several"] else None
    try:
        return json.loads(text)
    except ValueError:
        return text
