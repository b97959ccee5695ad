"""Configuration and code that lead to what is not there: channels without their service, code without what it uses.

They are accepted, since what they lead to may come later, and told of when they are made, and as long as they last.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from shlex import quote
from typing import Any

from zato.config.configuration import Configuration
from zato.config.kinds import Group, kind_named, kinds_in
from zato.core.finding import Finding
from zato.deployment.loader.uses import SERVICE, Code, UsedIn

_NAME_SHOWN_MAX = 120


def loose_ends(configuration: Configuration, code: Code) -> list[Finding]:
    """All loose ends that there are."""
    found = [
        finding
        for kind in kinds_in(Group.CHANNELS)
        for item in configuration.all(kind.name)
        for finding in of_item(kind.name, item.name, item.value, code)
    ]
    return [*found, *_of_code(configuration, code)]


def of_item(kind: str, name: str, value: Any, code: Code) -> Iterator[Finding]:
    """The loose ends of one item."""
    definition = kind_named(kind)
    if definition.group is not Group.CHANNELS or not getattr(value, "active", True):
        return
    for field in definition.service_fields:
        service = getattr(value, field)
        if service is None or service in code.services:
            continue
        yield Finding(
            f"The {kind} {name!r} leads to the service {service[:_NAME_SHOWN_MAX]}, which is in no deployed file: its "
            "callers get 503. Deploy the file that has it, or change or delete the channel.",
            "no-such-service",
            field=field,
            subject=f"{kind} {name}",
        )


def without_item(kind: str, name: str, code: Code) -> list[Finding]:
    """What is left without an item that is deleted."""
    return [_missing(used) for used in code.uses if (used.use.kind, used.use.name) == (kind, name)]


def _of_code(configuration: Configuration, code: Code) -> Iterator[Finding]:
    there = {kind.name: {item.name for item in configuration.all(kind.name)} for kind in kinds_in(Group.OUTGOING)}
    for used in code.uses:
        names = code.services if used.use.kind == SERVICE else there.get(used.use.kind, ())
        if used.use.name not in names:
            yield _missing(used)


def _missing(used: UsedIn) -> Finding:
    kind, name = used.use.kind, used.use.name[:_NAME_SHOWN_MAX]
    if kind == SERVICE:
        what = f"invokes the service {name}, which is in no deployed file. Deploy the file that has it"
        code = "no-such-service"
    else:
        what = f"uses the {kind} {name!r}, which is not configured. Create it: zato config set {kind} {quote(name)} ..."
        code = "no-such-connection"
    return Finding(
        f"{used.path}, line {used.use.line}, {what}{'.' if kind == SERVICE else ''}",
        code,
        file=used.path,
        line=used.use.line,
        subject=f"{kind} {name}",
    )


def between(before: Collection[Finding], after: Collection[Finding]) -> list[Finding]:
    """The loose ends that a change has brought."""
    known = set(before)
    return [finding for finding in after if finding not in known]
