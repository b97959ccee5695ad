"""What was deployed, and back to it."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zato.admin.request import PersonRequest
from zato.admin.source import diff_of, lines_of, text_of
from zato.core.errors import NotFound
from zato.core.principal import Right

_UNDER_WAY = frozenset({"checking", "staged"})
_SHOWN_BYTES_MAX = 1024 * 1024


@require_safe
@never_cache
def deployments(request: PersonRequest) -> HttpResponse:
    """The newest ones, of a file where `file_name` is asked for."""
    file_name = request.GET.get("file_name", "").strip()
    found = request.api.deployments(file_name or None)["deployments"]
    active = {each["file_name"]: each for each in reversed(found) if each["state"] == "active"}
    values = {
        "deployments": found,
        "active": [active[name] for name in sorted(active)],
        "file_name": file_name,
        "may_deploy": request.person.may(Right.DEPLOY),
    }
    return render(request, "deployments/deployments.html", values)


@require_safe
@never_cache
def deployment(request: PersonRequest, number: int) -> HttpResponse:
    """What became of it: in each worker while it is under way, the line that is wrong, what differs from what runs."""
    found = request.api.deployment(number)
    active = active_of(request, found["file_name"])
    text = source_text(request, found)
    diff = None
    if active is not None and active["id"] != number and text is not None:
        running = source_text(request, active)
        diff = None if running is None else diff_of(running, text)
    values = {
        "deployment": found,
        "active": active,
        "diff": diff,
        "lines": None if text is None else lines_of(text, found["reason_line"]),
        "files": request.api.source_files(number)["files"] if text is None else None,
        "under_way": found["state"] in _UNDER_WAY,
        "workers": workers_of(found),
        "may_deploy": request.person.may(Right.DEPLOY),
    }
    return render(request, "deployments/deployment.html", values)


def workers_of(deployment: dict[str, Any]) -> list[dict[str, Any]]:
    """Each worker that is to serve it, and how far it got."""
    reports = {report["worker"]: report for report in deployment.get("reports") or ()}
    serving = set(deployment.get("serving") or ())
    names = sorted({*(deployment.get("expected") or ()), *reports, *serving})
    return [{"name": name, "serving": name in serving, "report": reports.get(name)} for name in names]


@require_safe
@never_cache
def source(request: PersonRequest, number: int) -> HttpResponse:
    """A file of it, as text or to be kept."""
    path = request.GET.get("path") or None
    data = request.api.source(number, path)
    text = text_of(data)
    if text is None or "keep" in request.GET:
        name = (path or request.api.deployment(number)["file_name"]).rpartition("/")[2]
        response = HttpResponse(data, content_type="application/octet-stream")
        # Whatever is in it: a browser does not show it as a page of the console's
        plain = re.sub(r"[^A-Za-z0-9._-]", "_", name)
        response["Content-Disposition"] = f'attachment; filename="{plain}"'
        return response
    values = {"number": number, "path": path, "lines": lines_of(text)}
    return render(request, "deployments/source.html", values)


@require_POST
def activate(request: PersonRequest, number: int) -> HttpResponse:
    """Makes it the active version of its file again."""
    done = request.api.activate(number)
    messages.success(request, f"{done['file_name']}: version {number} is active in all workers.")
    return redirect("deployment", cluster=request.cluster.name, number=number)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def undeploy(request: PersonRequest, file_name: str) -> HttpResponse:
    """Asks first."""
    active = active_of(request, file_name)
    if active is None:
        raise NotFound(f"No version of {file_name!r} is active, so there is nothing to withdraw.")
    if request.method == "POST":
        done = request.api.undeploy(file_name)
        messages.success(request, f"{file_name} is withdrawn, and its services are gone.")
        for warning in done.get("warnings") or ():
            messages.warning(request, warning["message"])
        return redirect("deployments", cluster=request.cluster.name)
    return render(request, "deployments/undeploy.html", {"active": active})


def active_of(request: PersonRequest, file_name: str) -> dict[str, Any] | None:
    """The version of a file that runs, which the newest one may not be."""
    found = request.api.deployments(file_name)["deployments"]
    return next((each for each in found if each["state"] == "active"), None)


def source_text(request: PersonRequest, deployment: dict[str, Any]) -> str | None:
    """Its source, where that is text that can be shown."""
    if deployment["form"] == "zip" or deployment["size_bytes"] > _SHOWN_BYTES_MAX:
        return None
    return text_of(request.api.source(deployment["id"]))
