"""Which dead letters are meant, as addresses and forms say it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from zato.core.origin import Asker

FIELDS = ("service", "principal", "cid", "origin", "q", "since", "until")
MOMENTS = ("since", "until")
ORIGINS = tuple(each.value for each in Asker)


def filters_of(given: Mapping[str, str]) -> dict[str, str]:
    """The conditions that are not empty; moments without a zone are UTC, as browsers send them without one."""
    found = {name: given.get(name, "").strip() for name in FIELDS}
    return {name: _zoned(text) if name in MOMENTS else text for name, text in found.items() if text}


def _zoned(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:  # the cluster says what is wrong
        return text
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).isoformat()


def in_form(filters: Mapping[str, str]) -> dict[str, str]:
    """As fields of a form have them: moments in UTC, without a zone, to the second."""
    return {name: _local(text) if name in MOMENTS else text for name, text in filters.items()}


def _local(text: str) -> str:
    try:
        return datetime.fromisoformat(text).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    except ValueError:
        return text


def as_seen(filters: Mapping[str, str], letters: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The same conditions for those that were there when somebody looked: what is given up later is not meant.

    `letters` are what was found, newest first. The cluster's own moments are used, as the clock here may be another.
    """
    if not letters:
        return dict(filters)
    after_newest = datetime.fromisoformat(letters[0]["died"]) + timedelta(microseconds=1)
    return {**filters, "until": after_newest.isoformat()}
