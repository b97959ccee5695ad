"""The overview."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from zato.admin.request import PersonRequest


@require_safe
@never_cache
def overview(request: PersonRequest) -> HttpResponse:
    """Everything that is not well, with the reason; servers and workers; what was done of late."""
    return render(request, "overview/overview.html", {"summary": request.api.summary()})
