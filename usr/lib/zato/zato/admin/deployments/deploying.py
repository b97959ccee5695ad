"""A new version: checked, compared with what runs, and deployed."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from zato.admin.deployments.examples import EXAMPLES
from zato.admin.deployments.views import active_of, source_text
from zato.admin.request import PersonRequest
from zato.admin.source import diff_of, lines_of, text_of
from zato.core.errors import InvalidInput, TooLarge, Unauthorized, ZatoError
from zato.core.principal import Right

SOURCE_BYTES_MAX = 10 * 1024 * 1024


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new(request: PersonRequest) -> HttpResponse:
    """The form: a file, or its text. `check` says what would become of it; otherwise it is deployed."""
    if request.method != "POST":
        name, text = _begin_with(request)
        return _form(request, name=name, text=text)
    name, text = request.POST.get("file_name", "").strip(), request.POST.get("source", "").replace("\r\n", "\n")
    try:
        name, data = _given(request, name, text)
        shown = text_of(data)
        if "check" in request.POST:
            preview = request.api.deploy(name, data, dry_run=True)
            return _form(request, name=name, text=shown or "", preview=preview, diff=_diff(request, name, shown))
        begun = request.api.begin_deployment(name, data)
    except Unauthorized:
        raise
    except ZatoError as error:
        return _form(request, name=name, text=text, error=error)
    return redirect("deployment", cluster=request.cluster.name, number=begun["id"])


def _begin_with(request: PersonRequest) -> tuple[str, str]:
    """What the form begins with: an example, or a version that is there."""
    example = EXAMPLES.get(request.GET.get("example", ""))
    if example is not None:
        return example.file_name, example.source
    number = request.GET.get("from", "")
    if number.isdecimal():
        found = request.api.deployment(int(number))
        return found["file_name"], source_text(request, found) or ""
    return request.GET.get("file_name", ""), ""


def _given(request: PersonRequest, name: str, text: str) -> tuple[str, bytes]:
    """The file's name and its bytes. Raises InvalidInput, TooLarge."""
    file = request.FILES.get("file")
    if isinstance(file, UploadedFile):
        if (file.size or 0) > SOURCE_BYTES_MAX:
            raise TooLarge(f"{file.name} has {file.size} bytes; a file of services may have {SOURCE_BYTES_MAX}.")
        return str(file.name), file.read()
    if not name:
        raise InvalidInput("Choose a file, or give a file name such as `hello.py` and the source.", code="no-file")
    return name, text.encode("utf-8")


def _diff(request: PersonRequest, name: str, text: str | None) -> Any:
    active = active_of(request, name)
    running = None if active is None or text is None else source_text(request, active)
    return None if running is None or text is None else diff_of(running, text)


def _form(
    request: PersonRequest,
    *,
    name: str,
    text: str,
    error: ZatoError | None = None,
    preview: dict[str, Any] | None = None,
    diff: Any = None,
) -> HttpResponse:
    found = () if error is None else error.findings
    line = next((finding.line for finding in found if finding.line is not None), None)
    values = {
        "file_name": name,
        "source": text,
        "error": error,
        "line": line,
        "lines": lines_of(text, line) if error is not None and text else None,
        "preview": preview,
        "diff": diff,
        "examples": EXAMPLES.values(),
        "may_deploy": request.person.may(Right.DEPLOY),
    }
    return render(request, "deployments/new.html", values, status=200 if error is None else error.status)
