"""What an item was before, what differs, and back to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from zato.admin.items.kinds import kind_of
from zato.admin.request import PersonRequest
from zato.core.errors import NotFound

_PAGE = 50


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field before and after a change."""

    field: str
    before: Any
    after: Any


def field_changes(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> tuple[FieldChange, ...]:
    """The fields that differ, of an item that may not have been there."""
    old, new = before or {}, after or {}
    fields = dict.fromkeys((*old, *new))
    return tuple(FieldChange(each, old.get(each), new.get(each)) for each in fields if old.get(each) != new.get(each))


@require_safe
@never_cache
def history(request: PersonRequest, kind: str, name: str) -> HttpResponse:
    """Changes, newest first, each with its fields before and after."""
    asked = request.GET.get("before", "")
    filters = {"before": int(asked)} if asked.isdecimal() else {}
    # One more, for what the last one of the page has changed
    changes = request.api.history(kind, name, limit=_PAGE + 1, **filters)["changes"]
    rows = [
        {"change": change, "fields": field_changes(older and older["value"], change["value"])}
        for change, older in zip(changes, [*changes[1:], None], strict=True)
    ][:_PAGE]
    following = changes[_PAGE - 1]["revision"] if len(changes) > _PAGE else None
    values = {
        "kind": kind_of(request, kind),
        "name": name,
        "rows": rows,
        "next": following,
        "may_change": request.person.may_change(kind),
    }
    return render(request, "items/history.html", values)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def restore(request: PersonRequest, kind: str, name: str) -> HttpResponse:
    """Shows what going back to a revision would change, and does so when it is confirmed."""
    described = kind_of(request, kind)
    given = request.POST if request.method == "POST" else request.GET
    revision = given.get("revision", "")
    if not revision.isdecimal():
        raise NotFound("Which revision to go back to is not said; choose one in the item's history.")
    with_security = bool(given.get("with_security"))
    if request.method == "POST":
        started = given.get("started_from", "")
        item = request.api.rollback_item(
            kind,
            name,
            int(revision),
            started_from=int(started) if started.isdecimal() else None,
            with_security=with_security,
        )
        messages.success(request, f"{described['title']} {name} is what it was at revision {revision}.")
        for warning in item.get("warnings") or ():
            messages.warning(request, warning["message"])
        return redirect("item", cluster=request.cluster.name, kind=kind, name=name)
    now = request.api.history(kind, name, limit=1)["changes"]
    preview = request.api.rollback_item(kind, name, int(revision), with_security=with_security, dry_run=True)
    values = {
        "kind": described,
        "name": name,
        "revision": revision,
        "preview": preview,
        "preview_items": preview["items"],
        "with_security": with_security,
        "started_from": 0 if not now or now[0]["action"] == "delete" else now[0]["revision"],
    }
    return render(request, "items/restore.html", values)
