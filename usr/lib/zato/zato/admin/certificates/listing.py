"""What is shown of certificates: a state with a word, and how they come to be renewed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from zato.pki.names import PUBLIC

AUTHORITY = "ca"


@dataclass(frozen=True, slots=True)
class Shown:
    """One certificate; `state` is the class of the word that is shown for it."""

    certificate: Mapping[str, Any]
    state: str
    word: str
    renewal: str


def shown(certificates: Sequence[Mapping[str, Any]], now: datetime) -> list[Shown]:
    """Those that need somebody first, then by the time when they expire."""
    found = [_shown(each, now) for each in certificates]
    return sorted(found, key=lambda each: (_ORDER[each.state], each.certificate["not_after"]))


_ORDER = {"bad": 0, "warn": 1, "ok": 2}


def _shown(certificate: Mapping[str, Any], now: datetime) -> Shown:
    begins, ends = (datetime.fromisoformat(certificate[name]) for name in ("not_before", "not_after"))
    renewal = _renewal(certificate["name"])
    if now >= ends:
        return Shown(certificate, "bad", "Expired", renewal)
    if now < begins:
        return Shown(certificate, "bad", "Not valid yet", renewal)
    if certificate["due"]:
        return Shown(certificate, "warn", "Renewal is due", renewal)
    return Shown(certificate, "ok", "Valid", renewal)


def _renewal(name: str) -> str:
    if name == AUTHORITY:
        return "A new CA before then"
    return "By its issuer" if name == PUBLIC else "By the cluster, unless it is a client's"
