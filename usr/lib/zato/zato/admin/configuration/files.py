"""The configuration as a file, out and in."""

from __future__ import annotations

import json
from typing import Any, Literal

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import constant_time_compare, salted_hmac
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from zato.admin.request import PersonRequest
from zato.admin.source import text_of
from zato.core.errors import InvalidInput, Unauthorized, ZatoError
from zato.core.principal import Right


@require_safe
@never_cache
def export(request: PersonRequest) -> HttpResponse:
    """All items as YAML; with placeholders for what another environment has otherwise, where asked for."""
    document = request.api.export(placeholders=bool(request.GET.get("placeholders")))
    response = HttpResponse(document, content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{request.cluster.name}.yaml"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def transfer(request: PersonRequest) -> HttpResponse:
    """The form; `check` shows what an import would change, and `import` does what was shown, or shows it anew."""
    document, filled = _plain(request.POST.get("document", "")), None
    mode: Literal["merge", "replace"] = "replace" if request.POST.get("mode") == "replace" else "merge"
    preview: dict[str, Any] | None = None
    seen, stale = "", False
    error: ZatoError | None = None
    if request.method == "POST":
        try:
            document = _document(request, document)
            filled = values_of(request.POST.get("values", ""))
            preview = request.api.import_(document, mode, values=filled, dry_run=True)
            seen = _seal(preview["revision"], document, mode, filled)
            stale = "import" in request.POST and not constant_time_compare(request.POST.get("seen", ""), seen)
            if "import" in request.POST and not stale:
                _tell(request, request.api.import_(document, mode, values=filled))
                return redirect("revisions", cluster=request.cluster.name)
        except Unauthorized:
            raise
        except ZatoError as refused:
            error = refused
    shown = {
        "document": document,
        # No page has the values in it, as they may be secret
        "filled": bool(filled),
        "seen": seen,
        "stale": stale,
        "mode": mode,
        "preview": preview,
        "preview_items": [] if preview is None else preview["items"],
        "preview_count": 0 if preview is None else len(preview["items"]),
        "error": error,
        "may_import": request.person.may(Right.ADMINISTER),
    }
    status = 409 if stale else 200 if error is None else error.status
    return render(request, "configuration/transfer.html", shown, status=status)


def _seal(revision: int, document: str, mode: str, values: dict[str, str] | None) -> str:
    """Stands for what somebody has seen the effect of; tells nothing of the values, which may be secret."""
    return salted_hmac("zato.admin.configuration", json.dumps([revision, document, mode, values])).hexdigest()


def _tell(request: PersonRequest, done: dict[str, Any]) -> None:
    counts = ", ".join(f"{len(done[what])} {what}" for what in ("created", "updated", "deleted"))
    messages.success(request, f"The document is imported: {counts}, {done['unchanged']} as they were.")
    for warning in done.get("warnings") or ():
        messages.warning(request, warning["message"])


def values_of(text: str) -> dict[str, str] | None:
    """`NAME=value` lines, for the placeholders of a document; None where there are none. Raises InvalidInput."""
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        name, equals, value = line.partition("=")
        if not equals or not name.strip():
            raise InvalidInput(f"Line {number} of the values is not NAME=value.", code="invalid-values")
        if name.strip() in found:
            raise InvalidInput(
                f"Line {number} of the values gives {name.strip()} a second time.", code="invalid-values"
            )
        found[name.strip()] = value
    return found or None


def _document(request: PersonRequest, document: str) -> str:
    file = request.FILES.get("file")
    if isinstance(file, UploadedFile):
        text = text_of(file.read())
        if text is None:
            raise InvalidInput(f"{file.name} is no text in UTF-8, so it is no YAML.", code="invalid-document")
        return _plain(text)
    if not document.strip():
        raise InvalidInput("Choose a file, or paste the document.", code="no-document")
    return document


def _plain(text: str) -> str:
    """Lines end as they do here: a form sends them back with other ends than a file has."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
