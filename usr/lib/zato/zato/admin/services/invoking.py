"""A service is invoked, and answers."""

from __future__ import annotations

import json
import time
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from zato.admin.request import PersonRequest
from zato.admin.services.payload import answer_text, decoded, example_of, fields_of, payload_of
from zato.core.correlation import new_cid
from zato.core.errors import Unauthorized, ZatoError
from zato.core.principal import Right

_CALLS = "calls"
_CALLS_MAX = 20
# Of a payload that is kept in the session, to be sent again
_KEPT_CHARACTERS_MAX = 2_000
_SHOWN_CHARACTERS_MAX = 200_000


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def invoke(request: PersonRequest, name: str) -> HttpResponse:
    """By a form made from the service's schema, or with JSON; waits for the answer, or sends a message."""
    found = request.api.service(name)
    fields = fields_of(found["input"])
    given = {field.name: request.POST.get(f"in-{field.name}", "") for field in fields}
    calls = [call for call in request.session.get(_CALLS, []) if call["cluster"] == request.cluster.name]
    again = request.GET.get("again", "")
    text = request.POST.get("json") or example_of(found["input"])
    if again.isdecimal() and int(again) < len(calls):
        text = calls[int(again)]["payload"]
    answer = _answer(request, name, text, given, calls) if request.method == "POST" else None
    values = {
        "found": found,
        "fields": fields_of(found["input"], given),
        "json": text,
        "as_json": not fields or bool(again) or "as_json" in request.POST or "as_json" in request.GET,
        "answer": answer,
        "calls": [(number, call) for number, call in enumerate(calls) if call["service"] == name],
        "may_invoke": request.person.may(Right.INVOKE),
    }
    return render(request, "services/invoke.html", values)


def _answer(
    request: PersonRequest, name: str, text: str, given: dict[str, str], calls: list[dict[str, Any]]
) -> dict[str, Any]:
    fields = fields_of(request.api.service(name)["input"]) if "as_json" not in request.POST else ()
    cid, started = new_cid(), time.monotonic()
    answer: dict[str, Any] = {"cid": cid, "error": None, "text": "", "kind": ""}
    payload: Any = None
    try:
        payload = payload_of(fields, given) if fields else decoded(text)
        if "async" in request.POST:
            sent = request.api.invoke_async(name, payload)
            answer |= {"cid": sent["cid"], "text": f"The message {sent['message_id']} is safe.", "kind": "message"}
        else:
            body, media_type = request.api.invoke(name, payload, cid=cid)
            answer |= {"text": answer_text(body, media_type)[:_SHOWN_CHARACTERS_MAX], "kind": media_type}
    except Unauthorized:
        raise
    except ZatoError as error:
        answer |= {"error": error, "cid": error.cid or cid}
    answer["ms"] = (time.monotonic() - started) * 1000
    call = {
        "cluster": request.cluster.name,
        "service": name,
        "payload": json.dumps(payload, ensure_ascii=False)[:_KEPT_CHARACTERS_MAX],
        "cid": answer["cid"],
        "ok": answer["error"] is None,
        "ms": round(answer["ms"], 1),
    }
    calls.insert(0, call)
    del calls[_CALLS_MAX:]
    request.session[_CALLS] = calls
    return answer
