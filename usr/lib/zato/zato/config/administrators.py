"""A cluster that has an administrator keeps one, as nobody else could let one in again. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import cast

from zato.config.kinds import Definition, lets_in
from zato.config.relations import Entry, Problem
from zato.core.principal import Role


def is_administrator(kind: str, value: object, now: datetime) -> bool:
    """Whether this is a security definition that lets an administrator in now."""
    if value is None or not lets_in(kind):
        return False
    definition = cast("Definition", value)
    return (
        Role.ADMIN in definition.roles
        and definition.active
        and (definition.expires is None or definition.expires > now)
    )


def problems(
    before: Mapping[tuple[str, str], Entry],
    after: Mapping[tuple[str, str], Entry],
    touched: Iterable[tuple[str, str]],
    now: datetime,
) -> list[Problem]:
    """One for each of the last administrators that the changes remove; none where there was none before."""
    removed = [
        key for key in sorted(set(touched)) if key in before and is_administrator(key[0], before[key].value, now)
    ]
    # Few changes touch one, and there may be very many items
    if not removed or any(is_administrator(entry.kind, entry.value, now) for entry in after.values()):
        return []
    return [
        Problem(
            *key,
            "roles",
            "no active security definition with the role admin would be left, and nobody could change the "
            "configuration any more; give the role to another one first",
            "last-administrator",
        )
        for key in removed
    ]
