"""What the kinds of security definitions have in common, and how channels refer to them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Protocol

from msgspec import Meta

from zato.config.kinds.kind import UniqueKey
from zato.core.own_principals import is_own
from zato.core.principal import Role

Roles = Annotated[
    tuple[Role, ...],
    Meta(description="What the principal may do with the admin API; none are needed to call channels."),
]
Active = Annotated[bool, Meta(description="An inactive definition lets nobody in.")]
Expires = Annotated[
    Annotated[datetime, Meta(tz=True)] | None,
    Meta(description="From this time on the definition lets nobody in; with its time zone."),
]


class Definition(Protocol):
    """What every security definition has."""

    @property
    def roles(self) -> tuple[Role, ...]: ...
    @property
    def active(self) -> bool: ...
    @property
    def expires(self) -> datetime | None: ...
    @property
    def requests_max(self) -> int | None: ...
    @property
    def requests_period_seconds(self) -> int: ...
    @property
    def concurrent_max(self) -> int | None: ...


def definition_errors(name: str, roles: tuple[Role, ...]) -> list[str]:
    """What is wrong with what all definitions have."""
    errors = ["roles: each role may be there only once"] if len(set(roles)) != len(roles) else []
    if is_own(name):
        errors.append(f"name: {name!r} stands for a part of Zato, or for a client that nobody knows; choose another")
    return errors


def definition_unique_key(name: str) -> UniqueKey:
    """Definitions share one space of names across their kinds, since a name is all that a principal is known by."""
    return UniqueKey(("security", name), "name", f"The name {name!r} of a security definition")


def security_errors(names: Iterable[str]) -> list[str]:
    """What is wrong with a channel's list of security definitions."""
    listed = list(names)
    return ["security: each definition may be there only once"] if len(set(listed)) != len(listed) else []
