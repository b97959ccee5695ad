"""The audit log, page by page or as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from zato.admin.audit.cells import COLUMNS, cells_of
from zato.admin.filters import address, given, moment_of
from zato.admin.request import PersonRequest

_FILTERS = ("principal", "action", "subject", "outcome", "cid", "address", "since", "until")
_PAGE = 100
_EXPORTED_MAX = 10_000


@require_safe
@never_cache
def audit(request: PersonRequest) -> HttpResponse:
    """Newest first, of what is asked for."""
    filters = given(request.GET, _FILTERS)
    before = request.GET.get("before", "")
    asked = {"before": before} if before.isdecimal() else {}
    found = request.api.audit(_PAGE, **_as_asked(filters), **asked)
    values = {
        "entries": found["entries"],
        "filters": filters,
        "next": None if found["next"] is None else address(filters, before=found["next"]),
        "export": address(filters),
    }
    return render(request, "audit/audit.html", values)


@require_safe
@never_cache
def export(request: PersonRequest) -> StreamingHttpResponse:
    """The same as CSV, ten thousand entries at most."""
    entries = request.api.audit_entries(_EXPORTED_MAX, **_as_asked(given(request.GET, _FILTERS)))

    def lines() -> Iterator[str]:
        yield _line(COLUMNS)
        for entry in entries:
            yield _line(cells_of(entry))

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="audit.csv"'
    return response


def _line(cells: tuple[str, ...]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()


def _as_asked(filters: dict[str, str]) -> dict[str, str]:
    return {name: moment_of(text, now()) if name in {"since", "until"} else text for name, text in filters.items()}
