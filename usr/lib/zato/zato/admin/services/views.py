"""Services, all and one."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from zato.admin.filters import address
from zato.admin.request import PersonRequest
from zato.core.principal import Right

_ERRORS = 10
_PAGE = 200


@require_safe
@never_cache
def services(request: PersonRequest) -> HttpResponse:
    """By name; those that have `q` in theirs, or in their file's."""
    asked = request.GET.get("q", "").strip()
    found = request.api.services()["services"]
    wanted = [each for each in found if asked.casefold() in f"{each['name']} {each['file_name']}".casefold()]
    page = request.GET.get("page", "")
    number = int(page) if page.isdecimal() and len(page) < 7 else 1
    first = max(0, number - 1) * _PAGE
    values = {
        "services": wanted[first : first + _PAGE],
        "total": len(wanted),
        "q": asked,
        "next": address({"q": asked} if asked else {}, page=number + 1) if len(wanted) > first + _PAGE else None,
        "may_deploy": request.person.may(Right.DEPLOY),
    }
    return render(request, "services/services.html", values)


@require_safe
@never_cache
def service(request: PersonRequest, name: str) -> HttpResponse:
    """Its documentation, schemas, channels, and what it has failed with of late."""
    found = request.api.service(name)
    reads_log = request.person.may(Right.READ_LOG)
    values = {
        "found": found,
        "input": _shown(found["input"]),
        "output": _shown(found["output"]),
        "errors": request.api.service_errors(name, limit=_ERRORS)["errors"] if reads_log else None,
        "may_invoke": request.person.may(Right.INVOKE),
    }
    return render(request, "services/service.html", values)


def _shown(schema: dict[str, Any] | None) -> str:
    return "" if schema is None else json.dumps(schema, indent=2, ensure_ascii=False)
