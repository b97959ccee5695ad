"""What every page's template has."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest

from zato.admin.clusters.switching import elsewhere
from zato.admin.console import console
from zato.admin.items.kinds import groups_of
from zato.admin.navigation import RAIL
from zato.admin.request import PersonRequest


def page(request: HttpRequest) -> dict[str, Any]:
    """`cluster` and `person` where somebody has signed in to a cluster, the rail, and the theme."""
    cluster = getattr(request, "cluster", None)
    match = request.resolver_match
    return {
        "cluster": cluster,
        "clusters": [] if cluster is None else _clusters(request, cluster.name),
        "person": getattr(request, "person", None),
        "rail": RAIL if cluster is not None else (),
        "kind_groups": groups_of(cast(PersonRequest, request)) if cluster is not None else (),
        "here_kind": "" if match is None else match.kwargs.get("kind", ""),
        "here": "" if match is None else match.view_name,
        "theme": theme_of(request),
    }


def _clusters(request: HttpRequest, here: str) -> list[tuple[str, str, bool]]:
    """Names, the same page there, and whether it is this one."""
    return [(name, elsewhere(request.path, name), name == here) for name in sorted(console().clusters)]


THEMES = ("light", "dark")
THEME_COOKIE = "zato-theme"


def theme_of(request: HttpRequest) -> str:
    """Empty where the browser's own is used."""
    asked = request.COOKIES.get(THEME_COOKIE, "")
    return asked if asked in THEMES else ""
