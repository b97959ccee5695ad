"""What one channel, or one principal, may have of one server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Protocol, cast

from zato.config.configuration import Configuration
from zato.config.kinds import Definition, letting_in

KEY_BYTES = 16


class Limited(Protocol):
    """Values of kinds with the fields of config.kinds.limits."""

    @property
    def requests_max(self) -> int | None: ...
    @property
    def requests_period_seconds(self) -> int: ...
    @property
    def concurrent_max(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Limit:
    """Requests in a period, and at the same time; None: as many as there are."""

    what: str
    """"channel" or "principal"."""
    name: str
    requests_max: int | None
    period_seconds: int
    concurrent_max: int | None
    key: bytes
    """The same for the same subject, whatever its limit."""


def limit_of(what: str, name: str, value: Limited) -> Limit | None:
    """The limit that an item's value sets; None where it sets none."""
    if value.requests_max is None and value.concurrent_max is None:
        return None
    return Limit(
        what,
        name,
        value.requests_max,
        value.requests_period_seconds,
        value.concurrent_max,
        blake2b(f"{what}:{name}".encode("utf-8", "backslashreplace"), digest_size=KEY_BYTES).digest(),
    )


def principals_limits(configuration: Configuration) -> Mapping[str, Limit]:
    """Limits by the name of the security definition that has one."""
    found = {}
    for name, value in _definitions(configuration):
        limit = limit_of("principal", name, value)
        if limit is not None:
            found[name] = limit
    return found


def _definitions(configuration: Configuration) -> Iterator[tuple[str, Definition]]:
    """Security definitions of all kinds, with their names, which no two have."""
    for kind in letting_in():
        for item in configuration.all(kind.name):
            yield item.name, cast("Definition", item.value)
