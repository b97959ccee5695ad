"""Pages of a cluster are for whoever has signed in to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from zato.admin.console import console
from zato.admin.request import PersonRequest
from zato.admin.signing_in.people import person_of


class SignedIn:
    """Gives requests `cluster`, `person` and `api`, and takes `cluster` from what the view is called with."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._get_response(request)

    def process_view(
        self, request: HttpRequest, _view: Callable[..., HttpResponse], _arguments: Any, named: dict[str, Any]
    ) -> HttpResponse | None:
        if "cluster" not in named:
            return None
        cluster = console().clusters.get(named.pop("cluster"))
        if cluster is None:
            raise Http404("This console manages no cluster of that name.")
        person = person_of(request, cluster.name)
        if person is None:
            return to_sign_in(request, cluster.name)
        PersonRequest.complete(request, cluster, person)
        return None


def to_sign_in(request: HttpRequest, cluster: str) -> HttpResponse:
    """To the page for that, and back here afterwards where this was a page."""
    back = {"next": request.get_full_path()} if request.method == "GET" else {}
    address = f"{reverse('sign-in')}?{urlencode({'cluster': cluster, **back})}"
    if "HX-Request" in request.headers:
        response = HttpResponse(status=401)
        response["HX-Redirect"] = address
        return response
    return HttpResponseRedirect(address)
