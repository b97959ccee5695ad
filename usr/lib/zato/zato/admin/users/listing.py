"""Who may use the admin API. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

PEOPLE = "security-basic"
"""Whose items have sessions and second factors."""


@dataclass(frozen=True, slots=True)
class User:
    """An item that lets somebody in, `kind` by which means."""

    name: str
    kind: str
    way: str
    roles: tuple[str, ...]
    active: bool
    expires: str | None

    @property
    def is_person(self) -> bool:
        """Whether they sign in with a password."""
        return self.kind == PEOPLE


def letting_in(kinds: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Kinds whose items have roles, as those of users do."""
    return [kind for kind in kinds if any(field["name"] == "roles" for field in kind["fields"])]


def user_of(kind: Mapping[str, Any], item: Mapping[str, Any]) -> User:
    """The item as a user."""
    value = item["value"]
    return User(
        name=item["name"],
        kind=kind["name"],
        way=kind["title"],
        roles=tuple(value.get("roles") or ()),
        active=bool(value.get("active", True)),
        expires=value.get("expires"),
    )


def in_order(users: Iterable[User]) -> list[User]:
    """Those with roles first, then by name: callers of channels have none, and may be many."""
    return sorted(users, key=lambda user: (not user.roles, user.name, user.kind))
