"""What is found, as a page of its own; the palette of `find.js` shows its list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from zato.admin.find.matching import Place, meant
from zato.admin.items.kinds import groups_of
from zato.admin.navigation import RAIL
from zato.admin.request import PersonRequest
from zato.core.principal import Right

_MOST = 40
_PAGES_MOST = 8
# As the admin API takes it
_TEXT_MAX = 120


@require_safe
@never_cache
def find(request: PersonRequest) -> HttpResponse:
    """Pages, items and services that have `q` in their names, or in their fields; all pages where it is empty."""
    text = request.GET.get("q", "").strip()[:_TEXT_MAX]
    pages = meant(_pages(request), text)
    if text:
        answer = request.api.search(text, limit=_MOST)
        things, total = [_thing(request, each) for each in answer["found"]], int(answer["total"])
        pages = pages[:_PAGES_MOST]
    else:
        things, total = [], 0
    values = {"q": text, "places": [*pages, *things], "more": total - len(things)}
    return render(request, "find/find.html", values)


def _pages(request: PersonRequest) -> Iterator[Place]:
    """What the rail leads to, and what somebody may begin."""
    for group in RAIL:
        for entry in group.entries:
            yield Place(entry.title, _to(request, entry.view), "page")
    kinds = [kind for group in groups_of(request) for kind in group.kinds]
    for kind in kinds:
        yield Place(kind["plural"], _to(request, "items", kind=kind["name"]), "page")
    if request.person.may(Right.DEPLOY):
        yield Place("Deploy", _to(request, "deploy"), "page")
    for kind in kinds:
        if request.person.may_change(kind["name"]):
            yield Place(f"New {kind['title']}", _to(request, "new-item", kind=kind["name"]), "page")


def _thing(request: PersonRequest, found: Mapping[str, Any]) -> Place:
    name, hint = found["name"], f"in its {found['field']}" if found["field"] else ""
    if found["what"] == "service":
        return Place(name, _to(request, "service", name=name), "service")
    if found["kind"] == "deployment":
        return Place(name, f"{_to(request, 'deployments')}?{urlencode({'file_name': name})}", "deployment", hint)
    return Place(name, _to(request, "item", kind=found["kind"], name=name), found["kind"], hint)


def _to(request: PersonRequest, view: str, **names: str) -> str:
    return reverse(view, kwargs={"cluster": request.cluster.name, **names})
