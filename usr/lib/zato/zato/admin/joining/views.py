"""Tokens that are out, and servers on machines of their own. A token is made by root, where the cluster's CA is."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from zato.admin.request import PersonRequest
from zato.client.signing import by_the_signer
from zato.core.errors import NotFound, Unavailable
from zato.core.principal import Right


@require_safe
@never_cache
def joining(request: PersonRequest) -> HttpResponse:
    """Whoever may not see the tokens is told so, and how machines join."""
    may = request.person.may(Right.ADMINISTER)
    found, problem = None, ""
    if may:
        try:
            found = by_the_signer(request.api.joining, seconds=_SIGNER_SECONDS)
        except Unavailable as error:
            problem = error.message
    return render(request, "joining/joining.html", {"found": found, "problem": problem, "may": may})


# A page does not wait for a machine that is away as a machine does that joins
_SIGNER_SECONDS = 3.0


@require_POST
@never_cache
def cancel(request: PersonRequest) -> HttpResponse:
    """The token is worth nothing any more."""
    token = request.POST.get("token", "")
    try:
        by_the_signer(lambda: request.api.cancel_joining_token(token), seconds=_SIGNER_SECONDS)
    except NotFound:
        messages.warning(request, "That token is out no more: it was used, cancelled, or has expired.")
    else:
        messages.success(request, f"The token {token} is worth nothing any more.")
    return redirect("joining", cluster=request.cluster.name)
