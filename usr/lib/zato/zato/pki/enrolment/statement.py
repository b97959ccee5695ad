"""What a server of the cluster signs with its own key when it asks for something."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

_OLD_AFTER = timedelta(minutes=5)


class Purpose(StrEnum):
    """What it asks for, so that one statement cannot be used for another."""

    RENEW = "renew"
    LEAVE = "leave"


class Statement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who signs it follows from the certificate that goes with it."""

    purpose: Purpose
    at: datetime
    requests: Mapping[str, str] = {}


def written(statement: Statement) -> str:
    """The text that is signed."""
    return msgspec.json.encode(statement).decode()


def read_statement(text: str, now: datetime) -> Statement | None:
    """The statement; None where it is none, or one of another time."""
    try:
        said = msgspec.json.decode(text, type=Statement)
        recent = abs(now - said.at) <= _OLD_AFTER
    except (msgspec.MsgspecError, TypeError):  # a moment without a zone cannot be compared
        return None
    return said if recent else None
