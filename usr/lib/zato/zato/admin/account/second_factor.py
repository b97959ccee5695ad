"""One's own second factor: made, confirmed, ended."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from zato.admin.account.forms import BeginForm, ConfirmForm, DisableForm
from zato.admin.account.proving import proved, to_sign_in_again
from zato.admin.request import PersonRequest

_WRONG_PASSWORD = "The password is not this one."  # noqa: S105 - a sentence
_WRONG_CODE = "The code is not valid: it was wrong, is older than a minute, or was used before."


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def second_factor(request: PersonRequest) -> HttpResponse:
    """Asks for the password, and shows a secret for an application, this once."""
    form = BeginForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        password = form.cleaned_data["password"]
        made = proved(request, form, _WRONG_PASSWORD, lambda: request.api.begin_second_factor(password))
        if made is not None:
            values = {"form": ConfirmForm(), "made": made, "grouped": _grouped(made["secret"])}
            return render(request, "account/confirm.html", values)
    return render(request, "account/begin.html", {"form": form}, status=400 if form.errors else 200)


def _grouped(secret: str) -> str:
    """As one types it."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def confirm(request: PersonRequest) -> HttpResponse:
    """Has a code asked for from now on, and shows the recovery codes, this once."""
    if request.method != "POST" and request.api.second_factor()["demanded"]:
        return redirect("account", cluster=request.cluster.name)
    form = ConfirmForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["code"]
        done = proved(request, form, _WRONG_CODE, lambda: request.api.confirm_second_factor(code))
        if done is not None:
            return render(request, "account/recovery.html", {"codes": done["recovery_codes"]})
    return render(request, "account/confirm.html", {"form": form}, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def disable(request: PersonRequest) -> HttpResponse:
    """One's password suffices again; all sessions of one's own end."""
    form = DisableForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        done = proved(
            request,
            form,
            "The password or the code is not right.",
            lambda: request.api.disable_second_factor(given["password"], given["code"]),
        )
        if done is not None:
            return to_sign_in_again(request, "Your password suffices again, and all your sessions have ended. Sign in.")
    return render(request, "account/disable.html", {"form": form}, status=400 if form.errors else 200)
