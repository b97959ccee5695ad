"""A password or a code that somebody gives again, in a session of theirs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from zato.admin.address import address_of
from zato.admin.request import PersonRequest
from zato.admin.signing_in.counting import counted
from zato.admin.signing_in.lockout import Attempt
from zato.admin.signing_in.people import forget
from zato.core.errors import Unauthorized, ZatoError

Json = dict[str, Any]


def proved(request: PersonRequest, form: forms.Form, wrong: str, ask: Callable[[], Json]) -> Json | None:
    """What the cluster answers; None where it refuses, which is an error of the form then.

    Guesses count as those at signing in do. Raises Unauthorized where the session itself is over.
    """
    # A wrong password and a session that is over are the same error, so the session is tried first
    request.api.second_factor()
    try:
        with counted(Attempt(request.cluster.name, request.person.name, address_of(request))):
            return ask()
    except Unauthorized as error:
        form.add_error("code" if "code" in form.fields and error.code.startswith("totp") else None, wrong)
    except ZatoError as error:
        for text in (error.message, *error.details):
            form.add_error(None, text)
    return None


def to_sign_in_again(request: PersonRequest, text: str) -> HttpResponse:
    """All sessions of the person have ended, this one with them."""
    forget(request, request.cluster.name)
    messages.success(request, text)
    return redirect("sign-in")
