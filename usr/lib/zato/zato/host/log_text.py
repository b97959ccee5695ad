"""What a line of the log looks like: as JSON, and for people.

A supervisor that sets SUPERVISED for its processes gets each of their lines as JSON, with FOR_PEOPLE before it where it
is to be shown as text, AS_IT_IS where it is not: so it can keep the fields of what it shows. What SUPERVISED is set to
stands behind those. Nobody else knows it, so what a service prints of what it was sent is no such line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

SUPERVISED = "ZATO_SUPERVISED"
"""The variable of the environment."""
FOR_PEOPLE = b"\x1e"
AS_IT_IS = b"\x1f"
"""Separators, which stand in no line of JSON."""

# What would let one value look like two, or one line like several
_NEEDS_QUOTES = re.compile(r'[\s"=\x00-\x1f\x7f-\x9f\u2028\u2029]')
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def as_json(value: object) -> str:
    """JSON in readable UTF-8, with the line separators escaped that JSON itself would let through."""
    text = json.dumps(value, default=str, ensure_ascii=False)
    return _CONTROL.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def as_text(event: Mapping[str, Any]) -> str:
    """The line for people; its traceback below it, each line of which says when, of which process and of which cid."""
    fields = dict(event)
    head = f"{fields.pop('timestamp')} {fields.pop('level'):<7} {fields.pop('process')}"
    exception, cid = fields.pop("exception", None), fields.get("cid")
    first = f"{head} {sentence(fields)}"
    if not exception:
        return first
    start = f"{head} cid={_value(cid)} |" if cid else f"{head} |"
    return "\n".join([first, *(f"{start} {_escaped(line)}" for line in str(exception).splitlines())])


def sentence(fields: dict[str, Any]) -> str:
    """The event and its fields for people, with the traceback below them; `fields` is used up."""
    message = _escaped(str(fields.pop("event", "")))
    exception = fields.pop("exception", None)
    fields.pop("component", None)
    pairs = "".join(pair(key, value) for key, value in fields.items())
    trace = "\n" + "\n".join("    " + line for line in str(exception).splitlines()) if exception else ""
    return f"{message}{pairs}{trace}"


def pair(key: str, value: object) -> str:
    """A field as it stands behind the event, with the blank before it."""
    return f" {_escaped(key)}={_value(value)}"


def _value(value: object) -> str:
    text = str(value)
    return as_json(text) if not text or _NEEDS_QUOTES.search(text) else text


def _escaped(text: str) -> str:
    return _CONTROL.sub(lambda match: match[0].encode("unicode_escape").decode(), text)
