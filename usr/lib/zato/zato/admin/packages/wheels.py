"""Wheels, which all machines install from."""

from __future__ import annotations

from contextlib import suppress
from hashlib import sha256

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from zato.admin.request import PersonRequest
from zato.core.errors import InvalidInput, NotFound, Unauthorized, ZatoError
from zato.core.principal import Right


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def wheels(request: PersonRequest) -> HttpResponse:
    """Those that are there, and new ones."""
    error: ZatoError | None = None
    if request.method == "POST":
        try:
            names = _upload(request)
        except Unauthorized:
            raise
        except ZatoError as refused:
            error = refused
        else:
            messages.success(request, f"Uploaded: {', '.join(names)}")
            return redirect("wheels", cluster=request.cluster.name)
    values = {
        "wheels": request.api.wheels()["wheels"],
        "error": error,
        "may_deploy": request.person.may(Right.DEPLOY),
    }
    return render(request, "packages/wheels.html", values, status=200 if error is None else error.status)


def _upload(request: PersonRequest) -> list[str]:
    files = request.FILES.getlist("wheels")
    if not files:
        raise InvalidInput("Choose one or more wheels first.", code="no-file")
    done = []
    for file in files:
        data = file.read()
        kept = request.api.upload_wheel(str(file.name), data, sha256(data).hexdigest())
        done.append(str(kept["file_name"]))
    return done


@require_POST
def discard(request: PersonRequest) -> HttpResponse:
    """Those that were chosen are gone; what was installed of them stays."""
    names = request.POST.getlist("names")
    for name in names:
        with suppress(NotFound):  # by a click before
            request.api.discard_wheel(name)
    if names:
        messages.success(request, f"Gone: {', '.join(names)}")
    else:
        messages.warning(request, "Choose wheels by the boxes before them.")
    return redirect("wheels", cluster=request.cluster.name)
