"""The overview."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from zato.admin.overview.shared import SharedState
from zato.admin.request import PersonRequest

_shared = SharedState()


@require_safe
@never_cache
def overview(request: PersonRequest) -> HttpResponse:
    """Everything that is not well, with the reason; servers and workers; what was done of late."""
    if "X-Live" in request.headers:
        cluster = (request.cluster.name, request.cluster.identity)
        summary = _shared.get(cluster, request.person.token, request.api.summary)
    else:
        summary = request.api.summary()
    return render(request, "overview/overview.html", {"summary": summary})
