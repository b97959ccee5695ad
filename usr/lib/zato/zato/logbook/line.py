"""One line of the log, whichever process has written it, and pages of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from zato.logbook.masking import masked

LEVELS = ("debug", "info", "warning", "error", "critical")
"""Least severe first."""

_LIGHTTPD = re.compile("lighttpd-[0-9]+")
_OF_SCRIPT = re.compile(r"\(lua-print\) (\{.*\})\s*$")
_decode = msgspec.json.Decoder(dict[str, Any]).decode


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one process has said at one time. Its traceback, if there is one, is a part of it."""

    at: str
    """UTC, ISO 8601, to the millisecond."""
    level: str
    process: str
    """As `zato status` and a quickstart's terminal name them: server-1, haproxy, lighttpd-1."""
    message: str
    cid: str | None = None
    service: str | None = None
    fields: dict[str, str] = {}
    exception: str | None = None

    def event(self) -> dict[str, Any]:
        """As host.log_text takes it."""
        event: dict[str, Any] = {"timestamp": self.at, "level": self.level, "process": self.process}
        event |= {"event": self.message, **self.fields}
        optional = {"service": self.service, "cid": self.cid, "exception": self.exception}
        return event | {name: value for name, value in optional.items() if value is not None}


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Lines in the order in which they came, with the places before and after them.

    A page may have fewer lines than were asked for, none even, while there are more: `before` is None only where
    nothing older is left. `after` is where to look for what comes later.
    """

    lines: list[Line]
    before: str | None
    after: str


def line_of(event: Mapping[str, Any]) -> Line:
    """A line from the object that a process has written, or that stands for what it wrote; secrets are masked."""
    event = _unwrapped(event)
    texts = {
        name: masked(value if isinstance(value, str) else msgspec.json.encode(value).decode())
        for name, value in event.items()
        if value is not None
    }
    level = texts.pop("level", "info")
    texts.pop("component", None)
    return Line(
        at=texts.pop("timestamp", ""),
        level=level if level in LEVELS else "info",
        process=texts.pop("process", ""),
        message=texts.pop("event", ""),
        cid=texts.pop("cid", None),
        service=texts.pop("service", None),
        exception=texts.pop("exception", None),
        fields=_masked_fields(texts),
    )


def _unwrapped(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """What lighttpd's scripts say has lighttpd's own words before it.

    Of others such a line may be what a client has sent, and would say of itself whatever the client wants.
    """
    if not _LIGHTTPD.fullmatch(str(event.get("process", ""))):
        return event
    found = _OF_SCRIPT.search(str(event.get("event", "")))
    if found is None:
        return event
    try:
        told = _decode(found[1])
    except msgspec.MsgspecError:
        return event
    return {**told, "timestamp": event.get("timestamp"), "process": event.get("process")}


def _masked_fields(fields: dict[str, str]) -> dict[str, str]:
    """The same, where a field's own name says that it is a secret without its value."""
    return {name: masked(f"{name}={value}").removeprefix(f"{name}=") for name, value in fields.items()}
