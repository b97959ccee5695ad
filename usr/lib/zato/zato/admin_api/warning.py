"""What a change leaves without something it leads to, beside the answer to the change."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import islice
from typing import Any

from msgspec import UNSET, UnsetType

from zato.admin_api.schemas import values as schemas
from zato.config.configuration import Configuration
from zato.config.kinds import lets_in
from zato.config.plan import Key, Summary
from zato.core.finding import Finding
from zato.deployment.loader.uses import Code
from zato.serving.loose_ends import between, loose_ends, of_item, without_item
from zato.serving.snapshot import Snapshot

LETS_IN_AGAIN = "lets-in-again"
_WARNINGS_MAX = 100
Warnings = list[schemas.Finding] | UnsetType
"""Absent where there are none."""


def of_change(snapshot: Snapshot, kind: str, name: str, value: Any) -> Warnings:
    """For an item that was created or changed."""
    return _shown(of_item(kind, name, value, snapshot.codes.used))


def of_deletion(snapshot: Snapshot, kind: str, name: str) -> Warnings:
    """For an item that was deleted."""
    return _shown(without_item(kind, name, snapshot.codes.used))


def of_undeployment(before: Snapshot, file_names: Collection[str]) -> Warnings:
    """For files that were withdrawn."""
    entries, code = before.codes.services, before.codes.used
    left = Code(
        services={name for name, entry in entries.items() if entry.file_name not in file_names},
        uses=tuple(used for used in code.uses if used.file_name not in file_names),
    )
    return _shown(between(_all(before), loose_ends(before.configuration, left)))


def of_deployment(before: Snapshot, now: Snapshot, file_name: str) -> Warnings:
    """For a file that was deployed: what it lacks itself, and what others lack by now."""
    own = {used.path for used in now.codes.used.uses if used.file_name == file_name}
    after = _all(now)
    new = set(between(_all(before), after))
    return _shown(finding for finding in after if finding in new or finding.file in own)


def of_whole(before: Snapshot, now: Configuration, code: Code, others: Iterable[Finding] = ()) -> Warnings:
    """For an import or a roll-back, with others to be told of first."""
    return _shown((*others, *between(_all(before), loose_ends(now, code))))


def let_in_again(done: Summary, deleted: Collection[Key]) -> list[Finding]:
    """For an import: who was deleted, or changed, and gets in as the document says, which may be an old one.

    `deleted` has the items that were deleted before it.
    """
    revived = [key for key in done.created if lets_in(key[0]) and key in deleted]
    changed = [key for key in done.updated if lets_in(key[0])]
    return [
        Finding(f"The {kind} {name!r} {what}", LETS_IN_AGAIN, subject=f"{kind} {name}")
        for keys, what in (
            (
                revived,
                "was deleted and lets in again, with the roles that the document has. Delete it if it is not to.",
            ),
            (changed, "lets in by what the document has: password, key or certificate, roles, and time."),
        )
        for kind, name in keys
    ]


def shown(finding: Finding) -> schemas.Finding:
    """A finding as the admin API gives it."""
    return schemas.Finding(
        message=finding.message,
        code=finding.code,
        field=finding.field,
        file=finding.file,
        line=finding.line,
        subject=finding.subject,
    )


def _all(snapshot: Snapshot) -> list[Finding]:
    return loose_ends(snapshot.configuration, snapshot.codes.used)


def _shown(found: Iterable[Finding]) -> Warnings:
    return [shown(finding) for finding in islice(found, _WARNINGS_MAX)] or UNSET
