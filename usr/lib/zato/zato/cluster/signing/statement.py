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


def read_statement(text: str) -> Statement | None:
    """The statement; None where it is none."""
    try:
        said = msgspec.json.decode(text, type=Statement)
    except msgspec.MsgspecError:
        return None
    return None if said.at.tzinfo is None else said  # a moment without a zone cannot be compared


def is_recent(said: Statement, now: datetime) -> bool:
    """Whether it was made now, as far as clocks agree: one that somebody has kept is worth nothing later."""
    return abs(now - said.at) <= _OLD_AFTER
