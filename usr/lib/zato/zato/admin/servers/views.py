"""All servers, and one of them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zato.admin.logs.everywhere import ask_all
from zato.admin.request import PersonRequest
from zato.core.errors import NotFound
from zato.core.principal import Right

_SECONDS = 3.0
_HISTORY = 20


@require_safe
@never_cache
def servers(request: PersonRequest) -> HttpResponse:
    """Who gets requests, how many, and how well each is."""
    status = request.api.status()
    values = {"status": status, "may_operate": request.person.may(Right.OPERATE)}
    return render(request, "servers/servers.html", values)


@require_safe
@never_cache
def server(request: PersonRequest, number: int) -> HttpResponse:
    """Its workers, certificates and changes of its settings, as far as its machine answers."""
    found = _server(request.api.status(), number)
    api = request.api
    answers = ask_all(
        {
            "certificates": lambda: api.certificates(number),
            "settings": lambda: api.settings_history(number, limit=_HISTORY),
        },
        seconds=_SECONDS,
    )
    values = {
        "server": found,
        "certificates": answers.found.get("certificates"),
        "settings": answers.found.get("settings"),
        "missing": answers.missing,
        "may_operate": request.person.may(Right.OPERATE),
    }
    return render(request, "servers/server.html", values)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def drain(request: PersonRequest, number: int) -> HttpResponse:
    """It gets no new requests. Asks first where no other server would be left."""
    status = request.api.status()
    others = [each for each in status["servers"] if each["number"] != number and each["mode"] == "ready"]
    found = _server(status, number)
    if request.method != "POST" or (not others and not request.POST.get("last")):
        return render(request, "servers/drain.html", {"server": found, "is_last": not others})
    request.api.drain_server(number)
    messages.success(request, f"Server {number} gets no new requests; those that it has are answered.")
    return redirect("servers", cluster=request.cluster.name)


@require_POST
def ready(request: PersonRequest, number: int) -> HttpResponse:
    """It gets requests again."""
    request.api.ready_server(number)
    messages.success(request, f"Server {number} gets requests again.")
    return redirect("servers", cluster=request.cluster.name)


@require_POST
@never_cache
def doctor(request: PersonRequest, number: int) -> HttpResponse:
    """What is not as it should be on its machine, and what mends it."""
    values = {"number": number, "found": request.api.examine(number)}
    return render(request, "servers/doctor.html", values)


def _server(status: dict[str, Any], number: int) -> dict[str, Any]:
    for each in status["servers"]:
        if each["number"] == number:
            return dict(each)
    raise NotFound(f"The cluster has no server {number}; its servers are listed under Servers.")
