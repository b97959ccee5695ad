"""An invocation on its way through the internal door: what its client writes and the door reads.

A listener and the server beside it may be of two releases while they are upgraded, so headers keep their names and
meaning, and one that is not there means what it meant before there was such a header.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from zato.core.errors import InvalidInput
from zato.core.origin import Asker, Origin

PATH = "/zato/internal/invocations"

_ID = re.compile(r"[!-~]{1,250}")
_MESSAGE_ID = re.compile(r"[0-9a-f]{32}")
_ATTEMPT = re.compile(r"[1-9][0-9]{0,8}")
_BOOLEANS = {"true": True, "false": False}
_NAME_MAX = 500


@dataclass(frozen=True, slots=True)
class Invocation:
    """One attempt to have a service do something."""

    origin: Origin
    service: str
    payload: bytes
    """JSON; empty where there is none."""
    cid: str
    principal: str
    """In whose name."""


def headers_of(invocation: Invocation, component: str) -> dict[str, str]:
    """As `component` of Zato's sends them."""
    origin = invocation.origin
    return {
        "Content-Type": "application/json",
        "X-Zato-Principal": component,
        "X-Zato-CID": invocation.cid,
        "X-Zato-Service": quote(invocation.service, safe=""),
        "X-Zato-Sender": quote(invocation.principal, safe=""),
        "X-Zato-Origin": origin.asker.value,
        "X-Zato-Origin-Name": quote(origin.name, safe=""),
        "X-Zato-Message-Id": origin.id,
        "X-Zato-Attempt": str(origin.attempt),
        "X-Zato-Redelivered": "true" if origin.redelivered else "false",
    }


def origin_of(environ: Mapping[str, Any]) -> Origin:
    """What its headers say. Raises InvalidInput where they are not what a client sends."""
    # A listener of an earlier release knows of messages only, and does not say that it is one
    asker = environ.get("HTTP_X_ZATO_ORIGIN", Asker.MESSAGE.value)
    number, attempt = environ.get("HTTP_X_ZATO_MESSAGE_ID", ""), environ.get("HTTP_X_ZATO_ATTEMPT", "")
    redelivered = _BOOLEANS.get(environ.get("HTTP_X_ZATO_REDELIVERED", ""))
    name = unquote(environ.get("HTTP_X_ZATO_ORIGIN_NAME", ""))
    ids = _MESSAGE_ID if asker == Asker.MESSAGE else _ID
    if (
        asker not in set(Asker)
        or not ids.fullmatch(number)
        or not _ATTEMPT.fullmatch(attempt)
        or redelivered is None
        or len(name) > _NAME_MAX
    ):
        raise InvalidInput("The headers of the message are not what the listener sends.", code="invalid-message")
    return Origin(Asker(asker), number, redelivered, int(attempt), name)
