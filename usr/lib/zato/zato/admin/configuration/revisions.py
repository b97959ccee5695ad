"""All changes of the configuration, what differs between two moments, and back to one of them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from zato.admin.filters import address, given
from zato.admin.request import PersonRequest
from zato.core.errors import InvalidInput
from zato.core.principal import Right

_FILTERS = ("kind", "name", "action", "principal")
_PAGE = 100


@require_safe
@never_cache
def revisions(request: PersonRequest) -> HttpResponse:
    """Changes of all items, newest first."""
    filters = given(request.GET, _FILTERS)
    before = request.GET.get("before", "")
    found = request.api.changes(limit=_PAGE, **filters, **({"before": before} if before.isdecimal() else {}))
    values = {
        "changes": found["changes"],
        "filters": filters,
        "next": None if found["next"] is None else address(filters, before=found["next"]),
        "may_roll_back": request.person.may(Right.ADMINISTER),
    }
    return render(request, "configuration/revisions.html", values)


@require_safe
@never_cache
def diff(request: PersonRequest) -> HttpResponse:
    """What differs between `from` and `to`, the latest one unless given."""
    first = _revision(request.GET.get("from", ""))
    last = request.GET.get("to", "")
    found = request.api.diff(first, _revision(last) if last else None)
    return render(
        request, "configuration/diff.html", {"found": found["items"], "from": found["from"], "to": found["to"]}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def rollback(request: PersonRequest) -> HttpResponse:
    """Shows what going back would change, and does so when it is confirmed, unless it is not the same any more."""
    given = request.POST if request.method == "POST" else request.GET
    revision = _revision(given.get("revision", ""))
    with_security = bool(given.get("with_security"))
    preview = request.api.rollback_all(revision, with_security=with_security, dry_run=True)
    stale = request.method == "POST" and given.get("seen") != str(preview["revision"])
    if request.method == "POST" and not stale:
        done = request.api.rollback_all(revision, with_security=with_security)
        messages.success(request, f"The configuration is what it was at revision {revision}.")
        for warning in done.get("warnings") or ():
            messages.warning(request, warning["message"])
        return redirect("revisions", cluster=request.cluster.name)
    values = {
        "revision": revision,
        "preview": preview,
        "preview_items": preview["items"],
        "with_security": with_security,
        "stale": stale,
    }
    return render(request, "configuration/rollback.html", values, status=409 if stale else 200)


def _revision(text: str) -> int:
    if not text.isdecimal() or len(text) > 18:
        raise InvalidInput(f"{text[:40]!r} is no revision: that is a number, such as those of the list.")
    return int(text)
