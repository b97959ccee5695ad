"""A cluster that has an administrator keeps one, as nobody else could let one in again. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from zato.config.kinds import SecurityApiKey, SecurityBasic, SecurityTls
from zato.config.relations import Entry, Problem
from zato.core.principal import Role


def is_administrator(value: object, now: datetime) -> bool:
    """Whether this is a security definition that lets an administrator in now."""
    return (
        isinstance(value, SecurityBasic | SecurityApiKey | SecurityTls)
        and Role.ADMIN in value.roles
        and value.active
        and (value.expires is None or value.expires > now)
    )


def problems(
    before: Mapping[tuple[str, str], Entry],
    after: Mapping[tuple[str, str], Entry],
    touched: Iterable[tuple[str, str]],
    now: datetime,
) -> list[Problem]:
    """One for each of the last administrators that the changes remove; none where there was none before."""
    if any(is_administrator(entry.value, now) for entry in after.values()):
        return []
    return [
        Problem(
            *key,
            "roles",
            "no active security definition with the role admin would be left, and nobody could change the "
            "configuration any more; give the role to another one first",
            "last-administrator",
        )
        for key in sorted(set(touched))
        if key in before and is_administrator(before[key].value, now)
    ]
