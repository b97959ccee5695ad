"""New items, and changes of those that are there, also by several people at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from zato.admin.items.controls import Names, controls, elsewhere
from zato.admin.items.kinds import Kind, kind_of
from zato.admin.items.merging import Disagreement, decided, merged
from zato.admin.items.posted import revision_of, value_of
from zato.admin.items.views import tell_ping
from zato.admin.request import PersonRequest
from zato.core.errors import Conflict, NotFound, Unauthorized, ZatoError
from zato.core.finding import Finding

_STALE = "stale-revision"
# Others may save while this is merged with what they saved before
_TRIES = 3


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new(request: PersonRequest, kind: str) -> HttpResponse:
    """An empty form, or one with what was wrong; a copy of the item that `like` names."""
    described = kind_of(request, kind)
    name = request.POST.get("item-name", "").strip()
    if request.method != "POST":
        like = request.GET.get("like")
        value = _without_secrets(described, request.api.item(kind, like)["value"]) if like else {}
        return _form(request, described, name="", value=value)
    value = value_of(described, request.POST)
    try:
        if "try" in request.POST:
            tell_ping(request, request.api.try_item(kind, name or described["example_name"], value))
            return _form(request, described, name=name, value=value)
        return _create(request, described, name, value)
    except Unauthorized:
        raise
    except ZatoError as error:
        return _form(request, described, name=name, value=value, error=error)


def _create(request: PersonRequest, kind: Kind, name: str, value: dict[str, Any]) -> HttpResponse:
    page = redirect("item", cluster=request.cluster.name, kind=kind["name"], name=name or "-")
    try:
        made = request.api.create_item(kind["name"], name, value)
    except Conflict:
        if not _is_there(request, kind, name, value):
            raise
        messages.info(request, f"{kind['title']} {name} was there already, as you have sent it.")
        return page
    _tell(request, kind, made, "is created")
    return render(request, "items/generated.html", {"kind": kind, "item": made}) if made.get("generated") else page


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def edit(request: PersonRequest, kind: str, name: str) -> HttpResponse:
    """The item in its form; what is sent is merged with what others have saved since."""
    described = kind_of(request, kind)
    mine = value_of(described, request.POST)
    try:
        item = request.api.item(kind, name)
    except NotFound:
        if request.method != "POST":
            raise
        gone = Conflict("Somebody has deleted it meanwhile. To have it anew as it stands here: Create.", code="is-gone")
        return _form(request, described, name=name, value=mine, error=gone)
    if request.method != "POST":
        return _form(request, described, name=name, value=item["value"], item=item)
    try:
        if "try" in request.POST:
            tell_ping(request, request.api.try_item(kind, name, mine))
            shown = _with_secrets(described, mine, item)
            return _form(
                request, described, name=name, value=shown, item={**item, "revision": revision_of(request.POST)}
            )
        return _save(request, described, item, mine)
    except Unauthorized:
        raise
    except ZatoError as error:
        shown = _with_secrets(described, mine, item)
        started = {**item, "revision": revision_of(request.POST)}
        return _form(request, described, name=name, value=shown, item=started, error=error)


def _save(request: PersonRequest, kind: Kind, item: Mapping[str, Any], mine: dict[str, Any]) -> HttpResponse:
    name, started = item["name"], revision_of(request.POST)
    secrets = {field["name"] for field in kind["fields"] if field["secret"]}
    kept: tuple[str, ...] = ()
    value, now = mine, item
    for _ in range(_TRIES):
        if started != now["revision"]:
            base = _at(request, kind["name"], name, started)
            wanted = merged(base, now["value"], mine, secrets=secrets)
            wanted = decided(wanted, _choices(request, now["revision"]), now["value"], secrets)
            if wanted.disagreements:
                shown = _with_secrets(kind, {**now["value"], **wanted.value}, now)
                return _form(request, kind, name=name, value=shown, item=now, asked=wanted.disagreements)
            value, kept = wanted.value, wanted.kept
        try:
            saved = request.api.update_item(kind["name"], name, value, int(now["revision"]))
        except Conflict as error:
            if error.code != _STALE:
                raise
            now = request.api.item(kind["name"], name)
            continue
        if kept:
            messages.info(request, f"Somebody else has changed it meanwhile; kept with your change: {', '.join(kept)}.")
        _tell(request, kind, saved, "is saved")
        return redirect("item", cluster=request.cluster.name, kind=kind["name"], name=name)
    raise Conflict("Others change this item all the time; look at its history, and try again.", code="busy-item")


def _choices(request: PersonRequest, revision: int) -> dict[str, str]:
    """What was decided about exactly this revision of theirs; what they changed after it is asked about again."""
    if request.POST.get("decided") != str(revision):
        return {}
    return {
        field.removeprefix("choose-"): str(choice)
        for field, choice in request.POST.items()
        if field.startswith("choose-")
    }


def _at(request: PersonRequest, kind: str, name: str, revision: int) -> dict[str, Any]:
    """The item as the form had it at first; what it is now where the history does not go back so far."""
    changes = request.api.history(kind, name, limit=1, before=revision + 1)["changes"]
    return dict(changes[0]["value"] or {}) if changes and changes[0]["revision"] == revision else {}


def _with_secrets(kind: Kind, value: dict[str, Any], item: Mapping[str, Any]) -> dict[str, Any]:
    """What the page shows of secrets is whether they are set."""
    secrets = [field["name"] for field in kind["fields"] if field["secret"]]
    return {**value, **{name: item["value"].get(name) for name in secrets}}


def _is_there(request: PersonRequest, kind: Kind, name: str, value: Mapping[str, Any]) -> bool:
    """Whether the same form was sent before, by a second click or the button that goes back."""
    try:
        there = request.api.item(kind["name"], name)["value"]
    except ZatoError:
        return False
    return all(there.get(field) == each for field, each in _without_secrets(kind, value).items())


def _without_secrets(kind: Kind, value: Mapping[str, Any]) -> dict[str, Any]:
    """What a copy begins with: nobody can copy a secret."""
    secrets = {field["name"] for field in kind["fields"] if field["secret"]}
    return {name: each for name, each in value.items() if name not in secrets}


def _tell(request: PersonRequest, kind: Kind, item: Mapping[str, Any], what: str) -> None:
    messages.success(request, f"{kind['title']} {item['name']} {what}, revision {item['revision']}.")
    for warning in item.get("warnings") or ():
        messages.warning(request, warning["message"])


def _form(
    request: PersonRequest,
    kind: Kind,
    *,
    name: str,
    value: Mapping[str, Any],
    item: Mapping[str, Any] | None = None,
    error: ZatoError | None = None,
    asked: Iterable[Disagreement] = (),
) -> HttpResponse:
    findings = () if error is None else error.findings or (Finding(error.message, error.code),)
    asked = tuple(asked)
    values = {
        "kind": kind,
        "name": name,
        "item": item,
        "controls": controls(kind, value, _names(request, kind), findings),
        "above": elsewhere(kind, findings),
        "name_findings": [each.message for each in findings if each.field == "name"],
        "error": error,
        "asked": asked,
        # What was decided has to be sent again with the revision that the form had at first
        "started": revision_of(request.POST) if asked else (item or {}).get("revision", 0),
        "may_change": request.person.may_change(kind["name"]),
    }
    status = error.status if error is not None else 409 if asked else 200
    return render(request, "items/form.html", values, status=status)


def _names(request: PersonRequest, kind: Kind) -> Names:
    kinds = {each for field in kind["fields"] if field["reference"] for each in field["reference"]["kinds"]}
    found = {each: [item["name"] for item in request.api.items(each)["items"]] for each in sorted(kinds)}
    services: list[str] = []
    if any(field["service"] for field in kind["fields"]):
        services = [service["name"] for service in request.api.services()["services"]]
    return Names(found, services)
