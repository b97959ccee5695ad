"""The configuration as a file, out and in."""

from __future__ import annotations

from typing import Any, Literal

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
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
    """The form; `check` shows what an import would change, and `import` makes it so, all or nothing."""
    document, values = request.POST.get("document", "").replace("\r\n", "\n"), request.POST.get("values", "")
    mode: Literal["merge", "replace"] = "replace" if request.POST.get("mode") == "replace" else "merge"
    preview: dict[str, Any] | None = None
    error: ZatoError | None = None
    if request.method == "POST":
        try:
            document = _document(request, document)
            filled = values_of(values)
            if "import" in request.POST:
                request.api.import_(document, mode, values=filled)
                messages.success(request, "The document is imported.")
                return redirect("revisions", cluster=request.cluster.name)
            preview = request.api.import_(document, mode, values=filled, dry_run=True)
        except Unauthorized:
            raise
        except ZatoError as refused:
            error = refused
    shown = {
        "document": document,
        "values": values,
        "mode": mode,
        "preview": preview,
        "preview_items": [] if preview is None else preview["items"],
        "preview_count": 0 if preview is None else len(preview["items"]),
        "error": error,
        "may_import": request.person.may(Right.ADMINISTER),
    }
    return render(request, "configuration/transfer.html", shown, status=200 if error is None else error.status)


def values_of(text: str) -> dict[str, str] | None:
    """`NAME=value` lines, for the placeholders of a document; None where there are none. Raises InvalidInput."""
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        name, equals, value = line.partition("=")
        if not equals or not name.strip():
            raise InvalidInput(f"Line {number} of the values is not NAME=value.", code="invalid-values")
        found[name.strip()] = value
    return found or None


def _document(request: PersonRequest, document: str) -> str:
    file = request.FILES.get("file")
    if isinstance(file, UploadedFile):
        text = text_of(file.read())
        if text is None:
            raise InvalidInput(f"{file.name} is no text in UTF-8, so it is no YAML.", code="invalid-document")
        return text
    if not document.strip():
        raise InvalidInput("Choose a file, or paste the document.", code="no-document")
    return document
