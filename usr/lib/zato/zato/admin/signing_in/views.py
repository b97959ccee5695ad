"""Signing in and out, and becoming the first administrator."""

from __future__ import annotations

import time
from contextlib import suppress

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zato.admin.address import address_of
from zato.admin.console import Cluster, console
from zato.admin.page import THEME_COOKIE, THEMES
from zato.admin.signing_in.counting import counted
from zato.admin.signing_in.forms import FirstForm, SignInForm
from zato.admin.signing_in.lockout import Attempt
from zato.admin.signing_in.people import clusters_of, forget, person_of, remember
from zato.client.calls import not_understood
from zato.core.errors import Unauthorized, ZatoError
from zato.host.logs import get_logger

_CLIENT = "console"
_UNTIL_KNOWN_SECONDS = (0.2, 0.4, 0.8)
_THEME_SECONDS = 365 * 86400
_log = get_logger("zato.admin")


@require_safe
@never_cache
def index(request: HttpRequest) -> HttpResponse:
    """To the cluster; to the page for it where nobody has signed in, or where there is nobody yet who could."""
    known = clusters_of(request)
    if known:
        home = console().home.name
        return redirect("overview", cluster=home if home in known else known[0])
    return redirect("first" if _first_is_open() else "sign-in")


def _first_is_open() -> bool:
    try:
        return console().home.as_console().status().get("first_token_expires") is not None
    except ZatoError:  # the page for signing in says what is the matter
        return False


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    """The page with the form, and what comes of it."""
    clusters = console().clusters
    asked = request.POST.get("cluster") or request.GET.get("cluster", "")
    cluster = clusters.get(asked, console().home)
    form = SignInForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid() and (done := _signed_in(request, cluster, form)) is not None:
            return done
        if form.non_field_errors():
            status = 401
    values = {"form": form, "asked": cluster, "next": _next(request), "first": request.method != "POST"}
    return render(request, "signing_in/sign_in.html", values, status=status)


def _signed_in(request: HttpRequest, cluster: Cluster, form: SignInForm) -> HttpResponse | None:
    given = form.cleaned_data
    try:
        _open(request, cluster, given["name"], given["password"], given["code"] or None)
    except ZatoError as error:
        form.add_error("code" if error.code.startswith("totp") else None, error.message)
        return None
    return HttpResponseRedirect(_next(request) or f"/c/{cluster.name}/")


def _open(request: HttpRequest, cluster: Cluster, name: str, password: str, code: str | None) -> None:
    """A session of the cluster for this browser. Raises ZatoError with what a person is to be told."""
    attempt = Attempt(cluster.name, name, address_of(request))
    with counted(attempt):
        opened = cluster.with_password(name, password).open_session(_CLIENT, code=code)
    try:
        token = str(opened["token"])
        remember(request, cluster.name, token, cluster.as_person(token).whoami())
    except (KeyError, TypeError) as error:
        raise not_understood() from error
    _log.info("Somebody has signed in to the console", principal=name, address=attempt.address)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def first(request: HttpRequest) -> HttpResponse:
    """Whoever has the one-time token becomes an administrator, and is signed in."""
    cluster = console().home
    form = FirstForm(request.POST or None, initial={"token": request.GET.get("token", "")})
    status = 200
    if request.method == "POST":
        if form.is_valid() and (done := _became_first(request, cluster, form)) is not None:
            return done
        status = 400
    return render(request, "signing_in/first.html", {"form": form, "asked": cluster}, status=status)


def _became_first(request: HttpRequest, cluster: Cluster, form: FirstForm) -> HttpResponse | None:
    given = form.cleaned_data
    try:
        with counted(Attempt(cluster.name, "", address_of(request))):
            cluster.as_nobody().become_first_administrator(given["token"], given["name"], given["password"])
    except Unauthorized:
        form.add_error(
            "token",
            "This token is not valid: it was used, has expired, or another one was made since. "
            "A new one is made on the cluster's machine with: zato user first-token",
        )
        return None
    except ZatoError as error:
        for text in (error.message, *error.details):
            form.add_error(None, text)
        return None
    for pause in _UNTIL_KNOWN_SECONDS:
        try:
            _open(request, cluster, given["name"], given["password"], None)
        except Unauthorized:  # the server that was asked has not heard of it yet
            time.sleep(pause)
        except ZatoError:
            break
        else:
            return redirect("overview", cluster=cluster.name)
    messages.success(request, f"{given['name']} is an administrator now. Sign in.")
    return redirect("sign-in")


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the session of the cluster, too; where it is away, it ends there by itself when it is not used."""
    for name in clusters_of(request):
        person, cluster = person_of(request, name), console().clusters.get(name)
        if person is not None and cluster is not None:
            with suppress(ZatoError):
                cluster.as_person(person.token).end_session()
        forget(request, name)
    request.session.flush()
    return redirect("sign-in")


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Another theme, for this browser."""
    response = HttpResponseRedirect(_next(request) or "/")
    wanted = request.POST.get("theme", "")
    if wanted in THEMES:
        response.set_cookie(THEME_COOKIE, wanted, _THEME_SECONDS, secure=True, httponly=True, samesite="Strict")
    return response


def _next(request: HttpRequest) -> str:
    """Where to go afterwards: an address of this console, or none."""
    asked = request.POST.get("next") or request.GET.get("next", "")
    return asked if asked.startswith("/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None) else ""
