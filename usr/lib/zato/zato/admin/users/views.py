"""Users, their sessions and second factors."""

from __future__ import annotations

from contextlib import suppress

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from zato.admin.items.kinds import kind_of, kinds_of
from zato.admin.request import PersonRequest
from zato.admin.users.listing import PEOPLE, in_order, letting_in, user_of
from zato.core.errors import NotFound
from zato.core.principal import Right

_PAGE = 500


@require_safe
@never_cache
def users(request: PersonRequest) -> HttpResponse:
    """Who may use the admin API, by which means and with which roles."""
    asked = request.GET.get("q", "").strip()
    query = {"q": asked} if asked else {}
    kinds = letting_in(kinds_of(request))
    found = [
        user_of(kind, item) for kind in kinds for item in request.api.items(kind["name"], limit=_PAGE, **query)["items"]
    ]
    values = {
        "users": in_order(found),
        "kinds": kinds,
        "q": asked,
        "may_change": request.person.may_change(PEOPLE),
    }
    return render(request, "users/users.html", values)


@require_safe
@never_cache
def user(request: PersonRequest, name: str) -> HttpResponse:
    """One who signs in with a password: roles, second factor, sessions."""
    item = request.api.item(PEOPLE, name)
    may = request.person.may(Right.ADMINISTER)
    values = {
        "user": user_of(kind_of(request, PEOPLE), item),
        "item": item,
        "factor": request.api.second_factor(name) if may else None,
        "sessions": request.api.sessions(name)["sessions"] if may else [],
        "may_administer": may,
    }
    return render(request, "users/user.html", values)


@require_POST
def end_sessions(request: PersonRequest, name: str) -> HttpResponse:
    """One of somebody's sessions, or all of them; one's own that is used for it stays."""
    wanted = request.POST.get("session", "")
    there = request.api.sessions(name)["sessions"]
    chosen = [each for each in there if not each["current"] and wanted in ("all", each["id"])]
    for each in chosen:
        with suppress(NotFound):  # it was over by itself
            request.api.end_session(each["id"])
    messages.success(request, f"{len(chosen)} ended." if chosen else "There is no such session any more.")
    return redirect("user", cluster=request.cluster.name, name=name)


@require_POST
@never_cache
def remove_factor(request: PersonRequest, name: str) -> HttpResponse:
    """Somebody's password suffices again; asks first."""
    if not request.POST.get("sure"):
        return render(request, "users/remove.html", {"name": name})
    request.api.remove_second_factor(name)
    messages.success(request, f"The password of {name} suffices again, and all their sessions have ended.")
    return redirect("user", cluster=request.cluster.name, name=name)
