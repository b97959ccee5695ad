"""Messages that wait, and holding what the cluster sends by itself."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from zato.admin.request import PersonRequest
from zato.core.errors import NotFound
from zato.core.principal import Right

_SHOWN = 500


@require_safe
@never_cache
def messages_waiting(request: PersonRequest) -> HttpResponse:
    """Those that the ODB keeps, oldest first, how many there are, and whether they are held."""
    values = {
        "broker": request.api.broker(),
        "held": request.api.status().get("held"),
        "waiting": request.api.held_messages(limit=_SHOWN)["messages"],
        "limit": _SHOWN,
        "may_operate": request.person.may(Right.OPERATE),
    }
    return render(request, "messages/waiting.html", values)


@require_POST
def hold(request: PersonRequest) -> HttpResponse:
    """What goes out waits from now on."""
    reason = request.POST.get("reason", "").strip() or "held by an operator"
    found = request.api.hold(reason)
    messages.success(request, "What goes out is held." if found["changed"] else "It was held already.")
    return redirect("waiting-messages", cluster=request.cluster.name)


@require_POST
def release(request: PersonRequest) -> HttpResponse:
    """What was held goes out."""
    found = request.api.release()
    messages.success(request, "What was held goes out." if found["changed"] else "Nothing was held.")
    return redirect("waiting-messages", cluster=request.cluster.name)


@require_POST
@never_cache
def discard(request: PersonRequest) -> HttpResponse:
    """Deletes messages that are held; asks first."""
    everything = request.POST.get("which") == "all"
    ids = request.POST.getlist("ids")
    back = redirect("waiting-messages", cluster=request.cluster.name)
    if not everything and not ids:
        messages.warning(request, "Choose messages by the boxes before them.")
        return back
    if not request.POST.get("sure"):
        values = {"ids": ids, "everything": everything}
        return render(request, "messages/discard.html", values)
    try:
        count = int(request.api.discard_held_messages(None if everything else ids)["count"])
    except NotFound:
        messages.warning(request, "These messages do not wait any more.")
        return back
    messages.success(request, f"{count} deleted.")
    return back
