"""The log of all servers, and the trace of one request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from zato.admin.filters import address, given, moment_of
from zato.admin.logs.everywhere import ask_all
from zato.admin.logs.joining import joined
from zato.admin.request import PersonRequest
from zato.core.errors import InvalidInput
from zato.core.principal import Right

_FILTERS = ("cid", "service", "process", "level", "q", "since", "until")
_LEVELS = ("debug", "info", "warning", "error")
_LINES = 200
_SECONDS = 2.0
_TRACED_LINES = 1000
_CID_CHARACTERS_MAX = 128


@require_safe
@never_cache
def logs(request: PersonRequest) -> HttpResponse:
    """The newest lines of a server or of all, of what is asked for; older ones of one server by `before`."""
    filters = given(request.GET, _FILTERS)
    asked: dict[str, Any] = {
        name: moment_of(text, now()) if name in {"since", "until"} else text for name, text in filters.items()
    }
    numbers = [server["number"] for server in request.api.status()["servers"]]
    server = request.GET.get("server", "")
    wanted = [number for number in numbers if str(number) == server] or numbers
    before = request.GET.get("before") if len(wanted) == 1 else None
    if before:
        asked["before"] = before
    answers = ask_all({str(each): _lines_of(request, each, asked) for each in wanted}, seconds=_SECONDS)
    older = next((answer["before"] for answer in answers.found.values()), None) if len(wanted) == 1 else None
    kept = {**filters, **({"server": server} if server else {})}
    follows = "follow" in request.GET and not before
    values = {
        "events": joined({name: answer["lines"] for name, answer in answers.found.items()})[-_LINES:][::-1],
        "missing": answers.missing,
        "numbers": numbers,
        "server": server,
        "filters": filters,
        "levels": _LEVELS,
        "older": None if older is None else address(kept, before=older),
        "follows": follows,
        "follow": address(kept, follow=None if follows else "yes"),
    }
    return render(request, "logs/logs.html", values)


def _lines_of(request: PersonRequest, number: int, asked: dict[str, Any]) -> Callable[[], dict[str, Any]]:
    api = request.api
    return lambda: api.log(number, limit=_LINES, **asked)


@require_safe
@never_cache
def trace(request: PersonRequest, cid: str) -> HttpResponse:
    """Lines of all processes of all servers, the audit log and dead letters of one correlation id, in order of time."""
    api, reads_log = request.api, request.person.may(Right.READ_LOG)
    questions: dict[str, Callable[[], Any]] = {
        "audit": lambda: api.audit(100, cid=cid)["entries"],
        "dead letters": lambda: api.dead_letters(limit=100, cid=cid)["messages"],
    }
    if reads_log:
        for server in api.status()["servers"]:
            questions[str(server["number"])] = _traced_lines(request, server["number"], cid)
    answers = ask_all(questions, seconds=_SECONDS)
    found = dict(answers.found)
    audit, letters = found.pop("audit", ()), found.pop("dead letters", ())
    values = {"cid": cid, "events": joined(found, audit, letters), "missing": answers.missing, "reads_log": reads_log}
    return render(request, "logs/trace.html", values)


def _traced_lines(request: PersonRequest, number: int, cid: str) -> Callable[[], Any]:
    api = request.api
    return lambda: api.log(number, limit=_TRACED_LINES, cid=cid)["lines"]


@require_safe
def to_trace(request: PersonRequest) -> HttpResponse:
    """To the trace of what was pasted."""
    cid = request.GET.get("cid", "").strip().lower()
    if not cid:
        return render(request, "logs/to_trace.html")
    if len(cid) > _CID_CHARACTERS_MAX or "/" in cid:
        raise InvalidInput("This is no correlation id, which is 32 digits of 0-9 and a-f as a rule.", code="no-cid")
    return redirect("trace", cluster=request.cluster.name, cid=cid)
