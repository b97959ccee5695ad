"""Dead letters: what was sent, why it was given up, and having it delivered again or deleted."""

from __future__ import annotations

import json
from typing import Any, Literal
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from zato.admin.messages.filters import FIELDS, ORIGINS, as_seen, filters_of, in_form
from zato.admin.request import PersonRequest
from zato.core.errors import InvalidInput, NotFound
from zato.core.principal import Right

PAGE = 100
# As many as a form may have fields, and as the admin API takes ids
_PAGE_MAX = 500
_LOOKED_AT_MAX = 1000
_SHOWN_CHARACTERS_MAX = 200_000
Which = Literal["chosen", "filter", "all"]
_DONE = {"retry": "delivered again", "delete": "deleted"}


@require_safe
@never_cache
def dead_letters(request: PersonRequest) -> HttpResponse:
    """The newest ones that the filters in the address describe."""
    filters = filters_of(request.GET)
    more = request.GET.get("more") == "yes"
    limit = _PAGE_MAX if more else PAGE
    found = request.api.dead_letters(limit=limit, **filters)["messages"]
    values = {
        "letters": found,
        "filters": filters,
        "form": in_form(filters),
        "origins": ORIGINS,
        "counts": request.api.broker()["messages"],
        "more": urlencode({**filters, "more": "yes"}) if len(found) == PAGE and not more else "",
        "cut": len(found) == _PAGE_MAX,
        "may_operate": request.person.may(Right.OPERATE),
        "may_read": request.person.may(Right.READ_LOG),
    }
    return render(request, "messages/dead.html", values)


@require_safe
@never_cache
def dead_letter(request: PersonRequest, message: str) -> HttpResponse:
    """One of them, with what was sent to its service."""
    found = request.api.dead_letter(message)
    payload = readable(found["payload"])
    values = {
        "letter": found["letter"],
        "payload": payload[:_SHOWN_CHARACTERS_MAX],
        "cut": len(payload) > _SHOWN_CHARACTERS_MAX,
        "may_operate": request.person.may(Right.OPERATE),
    }
    return render(request, "messages/letter.html", values)


def readable(payload: str) -> str:
    """JSON, indented; what is none, or very long, as it is."""
    if len(payload) > _SHOWN_CHARACTERS_MAX:
        return payload
    try:
        return json.dumps(json.loads(payload), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return payload


@require_POST
@never_cache
def change(request: PersonRequest) -> HttpResponse:
    """Delivers some again or deletes them; asks first, unless a few are delivered again that somebody has chosen."""
    do, which = request.POST.get("do", ""), request.POST.get("which", "chosen")
    if do not in _DONE or which not in {"chosen", "filter", "all"}:
        raise InvalidInput("What is to be done with which dead letters is not said; go back, and use the buttons.")
    filters = filters_of(request.POST)
    ids = request.POST.getlist("ids")
    back = f"{reverse('dead-letters', kwargs={'cluster': request.cluster.name})}?{urlencode(_shown(request))}"
    if which == "chosen" and not ids:
        messages.warning(request, "Choose dead letters by the boxes before them.")
        return redirect(back)
    sure = bool(request.POST.get("sure")) or (do == "retry" and which == "chosen")
    if not sure:
        return _ask(request, do, which, ids, filters)
    try:
        before, count, after = _do(request, do, which, ids, filters)
    except NotFound:
        messages.warning(request, "These are no dead letters any more: they were delivered again, or deleted.")
        return redirect(back)
    messages.success(
        request,
        f"{count} {_DONE[do]}. There were {before} dead letters, and there are {after} now.",
    )
    return redirect(back)


def _do(request: PersonRequest, do: str, which: str, ids: list[str], filters: dict[str, str]) -> tuple[str, int, str]:
    chosen = ids if which == "chosen" else None
    given = filters if which == "filter" else {}
    if which == "filter" and not given:
        raise InvalidInput("The filter is empty, which would be all dead letters; there is another button for these.")
    call = request.api.retry_dead_letters if do == "retry" else request.api.delete_dead_letters
    before = _dead(request)
    count = int(call(chosen, **given)["count"])
    return before, count, _dead(request)


def _ask(request: PersonRequest, do: str, which: str, ids: list[str], filters: dict[str, str]) -> HttpResponse:
    count: Any = len(ids)
    if which == "filter":
        found = request.api.dead_letters(limit=_LOOKED_AT_MAX, **filters)["messages"]
        count, filters = len(found), as_seen(filters, found)
    elif which == "all":
        count = _dead(request)
    values = {"do": do, "which": which, "ids": ids, "filters": filters, "count": count, "shown": _shown(request)}
    return render(request, "messages/ask.html", values)


def _dead(request: PersonRequest) -> str:
    counts = request.api.broker()["messages"]
    return "an unknown number of" if counts is None else str(counts["dead"])


def _shown(request: PersonRequest) -> dict[str, str]:
    """The filters of the list that somebody comes from, which is where they go back to."""
    found = filters_of({name: request.POST.get(f"shown-{name}", "") for name in FIELDS})
    return found or (filters_of(request.POST) if not request.POST.get("sure") else {})
