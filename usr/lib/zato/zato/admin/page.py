"""What every page's template has."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from zato.admin.console import console
from zato.admin.navigation import RAIL


def page(request: HttpRequest) -> dict[str, Any]:
    """`cluster` and `person` where somebody has signed in to a cluster, the rail, and the theme."""
    cluster = getattr(request, "cluster", None)
    match = request.resolver_match
    return {
        "cluster": cluster,
        "clusters": sorted(console().clusters),
        "person": getattr(request, "person", None),
        "rail": RAIL if cluster is not None else (),
        "here": "" if match is None else match.view_name,
        "theme": theme_of(request),
    }


THEMES = ("light", "dark")
THEME_COOKIE = "zato-theme"


def theme_of(request: HttpRequest) -> str:
    """Empty where the browser's own is used."""
    asked = request.COOKIES.get(THEME_COOKIE, "")
    return asked if asked in THEMES else ""
