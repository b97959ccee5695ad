"""What the admin API has refused, or could not do, becomes a page that says so."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from zato.admin.console import console
from zato.admin.errors.views import page_of
from zato.admin.signing_in.middleware import to_sign_in
from zato.admin.signing_in.people import forget
from zato.client.calls import not_understood
from zato.core.errors import Unauthorized, ZatoError
from zato.host.logs import get_logger

# Of another cluster, which is another release or an impostor, for all that is known
_OF_WRONG_ANSWERS = (KeyError, IndexError, TypeError, ValueError, AttributeError)
_log = get_logger("zato.admin")


class ErrorPages:
    """A session that is over leads to signing in again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        cluster = getattr(request, "cluster", None)
        if isinstance(error, _OF_WRONG_ANSWERS) and cluster is not None and cluster.name != console().home.name:
            _log.warning(
                "A cluster has answered what the console does not understand", cluster=cluster.name, exc_info=error
            )
            return page_of(request, not_understood())
        if not isinstance(error, ZatoError):
            return None
        if isinstance(error, Unauthorized) and cluster is not None:
            forget(request, cluster.name)
            return to_sign_in(request, cluster.name)
        return page_of(request, error)
