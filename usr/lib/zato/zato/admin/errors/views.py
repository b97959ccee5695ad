"""Pages for what went wrong."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from zato.core.errors import Forbidden, InvalidInput, NotFound, ZatoError
from zato.host.logs import get_logger

_log = get_logger("zato.admin")


def page_of(request: HttpRequest, error: ZatoError) -> HttpResponse:
    """The error's sentence, what else is known of it, and the id that the cluster's log has it under."""
    return render(request, "errors/error.html", {"error": error}, status=error.status)


# Django calls these with `exception`, by its name
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return page_of(request, InvalidInput("The browser has sent what this page does not take. Go back and try again."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return page_of(request, NotFound("There is no such page. What it was about may be gone, or has another name."))


def failed(request: HttpRequest) -> HttpResponse:
    """A fault of the console's own: the log has its traceback."""
    return page_of(request, ZatoError("The console could not do this, by a fault of its own; its log has the reason."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that did not come from a page of this console, or from one that is old."""
    return page_of(
        request,
        Forbidden(
            "This form was not sent by a page of the console, or by one that is too old. Load the page again, "
            "and repeat it.",
            code="csrf",
        ),
    )
