"""Certificates, machine by machine: each server tells of its own."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from zato.admin.certificates.listing import shown
from zato.admin.request import PersonRequest
from zato.core.errors import Unauthorized, ZatoError


@require_safe
@never_cache
def certificates(request: PersonRequest) -> HttpResponse:
    """Those of all machines, each of them once."""
    machines: dict[str, dict[str, Any]] = {}
    for server in request.api.status()["servers"]:
        found = _of_server(request, int(server["number"]))
        # Servers of one machine have one directory; machines may be called the same
        prints = [each["fingerprint"] for each in found.get("certificates", ())]
        key = " ".join([found["host"], *prints]) if prints else f"server-{server['number']}"
        machines.setdefault(key, {**found, "servers": []})["servers"].append(server["number"])
    public = next((each["public"] for each in machines.values() if each.get("public")), None)
    return render(request, "certificates/certificates.html", {"machines": list(machines.values()), "public": public})


def _of_server(request: PersonRequest, number: int) -> dict[str, Any]:
    try:
        found = request.api.certificates(number)
    except Unauthorized:
        raise
    except ZatoError as error:
        return {"error": error}
    return {**found, "shown": shown(found["certificates"], now())}
