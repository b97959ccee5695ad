"""The kinds that a cluster has, as its admin API describes them."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404

from zato.admin.request import PersonRequest
from zato.client.calls import not_understood
from zato.core.errors import ZatoError

# A cluster that is upgraded has others
_KEPT_SECONDS = 30.0
_GROUPS = {"channels": "Channels", "outgoing": "Outgoing", "security": "Security", "services": "Services"}
# Their items are made by deploying, with pages of their own
_ELSEWHERE = frozenset({"deployment"})

_OF_RAIL = ("name", "group", "plural")

Kind = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class KindGroup:
    """Kinds that belong together."""

    title: str
    kinds: tuple[Kind, ...]


_kept: dict[str, tuple[float, tuple[Kind, ...]]] = {}
_lock = threading.Lock()


def kinds_of(request: PersonRequest) -> tuple[Kind, ...]:
    """All of them, half a minute old at most. Raises ZatoError where the cluster does not tell."""
    name, now = request.cluster.name, time.monotonic()
    with _lock:
        until, kinds = _kept.get(name, (0.0, ()))
    if now < until:
        return kinds
    kinds = _checked(request.api.kinds())
    with _lock:
        _kept[name] = (now + _KEPT_SECONDS, kinds)
    return kinds


def _checked(answer: Mapping[str, Any]) -> tuple[Kind, ...]:
    """Every page has them, also the one that says that a cluster answers what is no answer."""
    kinds = answer.get("kinds")
    if not isinstance(kinds, list):
        raise not_understood()
    for kind in kinds:
        if not isinstance(kind, dict) or not all(isinstance(kind.get(name), str) for name in _OF_RAIL):
            raise not_understood()
    return tuple(kinds)


def groups_of(request: PersonRequest) -> tuple[KindGroup, ...]:
    """For the rail; nothing where the cluster does not tell, as the page then says so itself."""
    try:
        kinds = [kind for kind in kinds_of(request) if kind["name"] not in _ELSEWHERE]
    except ZatoError:
        return ()
    names = dict.fromkeys(kind["group"] for kind in kinds)
    return tuple(
        KindGroup(_GROUPS.get(group, group.capitalize()), tuple(kind for kind in kinds if kind["group"] == group))
        for group in names
    )


def kind_of(request: PersonRequest, name: str) -> Kind:
    """The one of that name. Raises Http404."""
    for kind in kinds_of(request):
        if kind["name"] == name and name not in _ELSEWHERE:
            return kind
    raise Http404("This cluster has no such kind of items.")
