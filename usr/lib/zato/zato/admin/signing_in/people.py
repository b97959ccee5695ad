"""Who has signed in to which cluster, as the browser's session keeps it on this side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from zato.admin.console import identity_of
from zato.core.principal import Right

_KEY = "people"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who has signed in. A change of their definition ends the session of the cluster, so rights stay true."""

    name: str
    roles: tuple[str, ...]
    rights: frozenset[str]
    kinds: Mapping[str, Mapping[str, bool]]
    token: str

    def may(self, right: Right) -> bool:
        """Whether the cluster lets them; it decides again with each call."""
        return right.name.lower().replace("_", "-") in self.rights

    def may_change(self, kind: str) -> bool:
        """Whether the cluster lets them change items of this kind."""
        return bool(self.kinds.get(kind, {}).get("change"))


def remember(request: HttpRequest, cluster: str, token: str, whoami: Mapping[str, Any]) -> None:
    """From now on the browser is this person's, under another id than before: one that was planted is worth nothing."""
    people = dict(request.session.get(_KEY, {}))
    people[cluster] = {
        "name": whoami["name"],
        "roles": whoami["roles"],
        "rights": whoami["rights"],
        "kinds": whoami["kinds"],
        "token": token,
        "cluster": identity_of(cluster),
    }
    request.session[_KEY] = people
    request.session.cycle_key()


def person_of(request: HttpRequest, cluster: str) -> Person | None:
    """Whoever has signed in to the cluster with this browser."""
    kept = request.session.get(_KEY, {}).get(cluster)
    # A cluster of the same name that was removed, and another one added since, is none of theirs: nor is its token
    if kept is None or kept.get("cluster") != identity_of(cluster):
        return None
    return Person(kept["name"], tuple(kept["roles"]), frozenset(kept["rights"]), kept["kinds"], kept["token"])


def clusters_of(request: HttpRequest) -> list[str]:
    """The clusters that somebody has signed in to with this browser."""
    return sorted(request.session.get(_KEY, {}))


def forget(request: HttpRequest, cluster: str) -> None:
    """Nobody is signed in to the cluster any more; the browser's session ends with its last cluster."""
    people = dict(request.session.get(_KEY, {}))
    people.pop(cluster, None)
    if people:
        request.session[_KEY] = people
    else:
        request.session.flush()
