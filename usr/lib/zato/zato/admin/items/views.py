"""Lists of items, and what is done with one beside changing it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zato.admin.items.kinds import Kind, kind_of
from zato.admin.items.posted import revision_of
from zato.admin.request import PersonRequest
from zato.core.errors import ZatoError

_PAGE = 100
_COLUMNS = 3
_SORTS = ("name", "-name", "-revision", "revision")


@require_safe
@never_cache
def items(request: PersonRequest, kind: str) -> HttpResponse:
    """Those of a kind: found by `q`, sorted by `sort`, a page from `after` on."""
    described = kind_of(request, kind)
    asked = {name: request.GET.get(name, "") for name in ("q", "sort", "after")}
    query: dict[str, Any] = {name: text for name, text in asked.items() if text}
    if query.get("sort") not in _SORTS:
        query.pop("sort", None)
    found = request.api.items(kind, limit=_PAGE, **query)
    columns = columns_of(described)
    rows = [{"item": item, "cells": [item["value"].get(column) for column in columns]} for item in found["items"]]
    following = found.get("next")
    return render(
        request,
        "items/items.html",
        {
            "kind": described,
            "columns": columns,
            "rows": rows,
            "q": asked["q"],
            "sort": query.get("sort", "name"),
            "next": urlencode({**query, "after": following}) if following else "",
            "may_change": request.person.may_change(kind),
        },
    )


def columns_of(kind: Kind) -> list[str]:
    """The fields that tell items apart best: those that each of them needs, then the first ones."""
    plain = [field for field in kind["fields"] if not field["secret"] and not field["multiline"]]
    required = [field["name"] for field in plain if field["required"]]
    others = [field["name"] for field in plain if not field["required"]]
    return [*required, *others][:_COLUMNS]


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def delete(request: PersonRequest, kind: str, name: str) -> HttpResponse:
    """Asks first, and shows what goes."""
    described = kind_of(request, kind)
    item = request.api.item(kind, name)
    error: ZatoError | None = None
    if request.method == "POST":
        try:
            done = request.api.delete_item(kind, name, revision_of(request.POST))
        except ZatoError as refused:
            error = refused
        else:
            messages.success(request, f"{described['title']} {name} is deleted.")
            for warning in done.get("warnings") or ():
                messages.warning(request, warning["message"])
            return redirect("items", cluster=request.cluster.name, kind=kind)
    values = {"kind": described, "item": item, "error": error}
    return render(request, "items/delete.html", values, status=200 if error is None else error.status)


@require_POST
def ping(request: PersonRequest, kind: str, name: str) -> HttpResponse:
    """Tries the connection as it is saved."""
    tell_ping(request, request.api.ping_item(kind, name))
    return redirect("item", cluster=request.cluster.name, kind=kind, name=name)


@require_POST
def rotate(request: PersonRequest, kind: str, name: str) -> HttpResponse:
    """Another key, which the page shows this once."""
    return render(
        request, "items/generated.html", {"kind": kind_of(request, kind), "item": request.api.rotate_item(kind, name)}
    )


def tell_ping(request: PersonRequest, found: dict[str, Any]) -> None:
    """What trying a connection has found, as a message of the next page."""
    if found["ok"]:
        messages.success(request, f"It works: {found['message']} ({found['ms']:.0f} ms)")
    else:
        messages.error(request, f"It failed at {found['stage']}: {found['message']} ({found['ms']:.0f} ms)")
