"""One invocation of one service, from its request to its response: the hot path."""

from __future__ import annotations

from typing import Any, Protocol

from zato.host.logs import serve
from zato.service.base import Service
from zato.service.context import ServiceContext
from zato.service.errors import MethodNotAllowed
from zato.service.invocable import require_done
from zato.service.io_model import IOModel
from zato.service.records import Blank, Record
from zato.service.request import Request
from zato.service.response import Response


class Executable(Protocol):
    """What execution needs of a registry's entry."""

    @property
    def name(self) -> str: ...
    @property
    def implementation(self) -> type[Service]: ...
    @property
    def input(self) -> IOModel | None: ...
    @property
    def output(self) -> IOModel | None: ...


def execute(entry: Executable, context: ServiceContext, cid: str, request: Request) -> Response:
    """The service's response, whose `encoded` gives the body and whose `payload` goes to a service that invoked it.

    Raises InvalidInput, InvalidOutput, MethodNotAllowed, and whatever the service raises, unchanged.
    """
    before = serve(entry.name)
    try:
        return _executed(entry, context, cid, request)
    finally:
        serve(before)


def _executed(entry: Executable, context: ServiceContext, cid: str, request: Request) -> Response:
    service = entry.implementation()
    service.name = entry.name
    service.context = context
    service.cid = cid
    service.request = request
    service.response = response = Response()
    if entry.input is not None:
        http = request.http
        message = request.text() if entry.input.is_text else request.message()
        form = http.POST
        request.input = entry.input.parse(message, {**form, **http.GET} if form else http.GET, http.params)
    output = entry.output
    if output is not None:
        response.payload = output.blank()
    _run(service, "before_handle")
    if service.method_handlers and request.http.method:
        _handle_method(service, request.http.method)
    else:
        _run(service, "handle")
    _run(service, "after_handle")
    if output is not None:
        _finish(response, output)
    return response


def returned(response: Response) -> Any:
    """What a service that invoked another one gets: the payload, records as dicts."""
    payload = response.payload
    return payload.to_dict() if isinstance(payload, Record) else payload


def _handle_method(service: Service, method: str) -> None:
    handlers = service.method_handlers
    handler = handlers.get(method)
    if handler is None and method == "HEAD":
        handler = handlers.get("GET")
    if handler is not None:
        _run(service, handler)
    elif type(service).handle is not Service.handle:
        _run(service, "handle")
    else:
        allowed = tuple(sorted(handlers))
        raise MethodNotAllowed(f"The service answers {', '.join(allowed)}, not {method}.", allowed)


def _run(service: Service, method: str) -> None:
    result = getattr(service, method)()
    if result is not None:
        require_done(service, method, result)


def _finish(response: Response, output: IOModel) -> None:
    """The declared output holds for successful responses; others describe an error as the service chose."""
    untouched = isinstance(response.payload, Blank) and not len(response.payload)
    if not 200 <= response.status_code < 300 or (response.status_code == 204 and untouched):
        if untouched:
            response.payload = None
        return
    response.payload = output.render(response.payload)
    response.is_value = output.is_value
