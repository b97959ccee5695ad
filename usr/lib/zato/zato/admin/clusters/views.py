"""The clusters that the console manages. Administrators of its own cluster add others, and remove them."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from zato.admin.clusters import managing
from zato.admin.clusters.forms import ClusterForm
from zato.admin.console import console
from zato.admin.request import PersonRequest
from zato.admin.serving import THREADS
from zato.admin.signing_in.middleware import to_sign_in
from zato.admin.signing_in.people import Person, person_of
from zato.core.errors import Forbidden, Unauthorized, ZatoError
from zato.core.principal import Right


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def clusters(request: HttpRequest) -> HttpResponse:
    """None of them is asked for this page, so none that is away holds it up; adding one asks that one."""
    person = _complete(request)
    if person is None:
        return to_sign_in(request, console().home.name)
    form, status = ClusterForm(request.POST or None), 200
    if request.method == "POST":
        _check(request, person)
        if form.is_valid() and (done := _added(request, person, form)) is not None:
            return done
        status = 400
    known = console()
    rows = [
        {"cluster": each, "person": person_of(request, name), "own": name == known.home.name}
        for name, each in sorted(known.clusters.items())
    ]
    values = {"form": form, "rows": rows, "may_administer": person.may(Right.ADMINISTER)}
    return render(request, "clusters/clusters.html", values, status=status)


@require_POST
@never_cache
def remove(request: HttpRequest) -> HttpResponse:
    """The console forgets it; the cluster itself stays as it is."""
    person = _complete(request)
    if person is None:
        return to_sign_in(request, console().home.name)
    _check(request, person)
    name = request.POST.get("name", "")
    managing.remove(name, person.name, settings.CONSOLE_DIRECTORY)
    messages.success(request, f"The console manages {name} no more. The cluster itself stays as it is.")
    return redirect("clusters")


def _complete(request: HttpRequest) -> Person | None:
    """As whom somebody has signed in to the console's own cluster."""
    home = console().home
    person = person_of(request, home.name)
    if person is not None:
        PersonRequest.complete(request, home, person)
    return person


def _check(request: HttpRequest, person: Person) -> None:
    """Raises Forbidden. The cluster is asked: who was made a viewer, or was deleted, has a session here still."""
    if not person.may(Right.ADMINISTER):
        raise Forbidden("Administrators of the console's own cluster add and remove clusters.")
    try:
        console().home.as_person(person.token).whoami()
    except Unauthorized as error:
        raise Forbidden("Your session is over; sign in again.") from error


def _added(request: HttpRequest, person: Person, form: ClusterForm) -> HttpResponse | None:
    given = form.cleaned_data
    try:
        cluster = managing.add(
            given["name"],
            given["url"],
            given["fingerprint"],
            person.name,
            settings.CONSOLE_DIRECTORY,
            connections=THREADS,
        )
    except ZatoError as error:
        field = {"cluster-exists": "name", "other-authority": "fingerprint"}.get(error.code, "url")
        form.add_error(field, error.message)
        return None
    messages.success(request, f"The console manages {cluster.name} now. Sign in to it with an account of its own.")
    return HttpResponseRedirect(f"{reverse('sign-in')}?cluster={cluster.name}")
