"""What is declared, the exact versions, and which servers have them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from zato.admin.items.posted import revision_of
from zato.admin.packages.resolved import resolved_of
from zato.admin.request import PersonRequest
from zato.core.errors import Unauthorized, ZatoError
from zato.core.principal import Right

_OPTIONS = ("require_hashes", "allow_source")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def packages(request: PersonRequest) -> HttpResponse:
    """The declaration as a form; what is sent is resolved at once, and installed by each server soon after."""
    if request.method != "POST":
        return _page(request, request.api.packages())
    text = request.POST.get("requirements", "").replace("\r\n", "\n")
    options = {name: bool(request.POST.get(name)) for name in _OPTIONS}
    try:
        done = request.api.declare_packages(
            text,
            revision=revision_of(request.POST),
            require_hashes=options["require_hashes"],
            allow_source=options["allow_source"],
        )
    except Unauthorized:
        raise
    except ZatoError as error:
        given = {"requirements": text, **options, "revision": revision_of(request.POST)}
        return _page(request, request.api.packages(), given, error)
    messages.success(request, f"{len(done['resolved'])} packages are declared; each server installs what it lacks.")
    return redirect("packages", cluster=request.cluster.name)


def _page(
    request: PersonRequest, found: dict[str, Any], given: dict[str, Any] | None = None, error: ZatoError | None = None
) -> HttpResponse:
    values = {
        "found": found,
        # The revision that the form began with, so that saving again does not undo what others have declared
        "form": {**found, **(given or {})},
        "resolved": resolved_of(found["requirements"], found["resolved"]),
        "error": error,
        "may_deploy": request.person.may(Right.DEPLOY),
    }
    return render(request, "packages/packages.html", values, status=200 if error is None else error.status)
