"""One's own account: who one is, another password, and the sessions that there are."""

from __future__ import annotations

from contextlib import suppress

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zato.admin.account.forms import PasswordForm
from zato.admin.account.proving import proved, to_sign_in_again
from zato.admin.console import console
from zato.admin.request import PersonRequest
from zato.admin.signing_in.people import clusters_of
from zato.core.errors import NotFound


@require_safe
@never_cache
def any_account(request: HttpRequest) -> HttpResponse:
    """To that of a cluster which somebody has signed in to: each cluster has its own users."""
    known, home = clusters_of(request), console().home.name
    return redirect("account", cluster=home if home in known or not known else known[0])


@require_safe
@never_cache
def account(request: PersonRequest) -> HttpResponse:
    """Who one is, and what there is to do about it."""
    values = {
        "factor": request.api.second_factor(),
        "sessions": request.api.sessions()["sessions"],
        "rights": sorted(request.person.rights),
    }
    return render(request, "account/account.html", values)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def password(request: PersonRequest) -> HttpResponse:
    """Another password; all sessions of one's own end."""
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        done = proved(
            request,
            form,
            "The present password is not this one.",
            lambda: request.api.change_own_password(given["old"], given["new"]),
        )
        if done is not None:
            text = "Your password is changed, and all your sessions have ended. Sign in with it."
            return to_sign_in_again(request, text)
    status = 400 if form.errors else 200
    return render(request, "account/password.html", {"form": form}, status=status)


@require_POST
def end_sessions(request: PersonRequest) -> HttpResponse:
    """One of one's sessions, or all but this one."""
    wanted = request.POST.get("session", "")
    there = request.api.sessions()["sessions"]
    chosen = [each for each in there if not each["current"] and wanted in ("others", each["id"])]
    for each in chosen:
        with suppress(NotFound):  # it was over by itself
            request.api.end_session(each["id"])
    messages.success(request, f"{len(chosen)} ended." if chosen else "There is no such session any more.")
    return redirect("account", cluster=request.cluster.name)
