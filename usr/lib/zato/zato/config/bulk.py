"""Changes of many items at once: import, and rolling the whole cluster back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any

import msgspec

from zato.config import document
from zato.config.codec import decode_stored, refused
from zato.config.configuration import item_of
from zato.config.kinds import KINDS
from zato.config.plan import Key, Planned, Summary, plan, summary
from zato.config.sealing import Sealer
from zato.config.writer import Author, Writer, despite_races, items_at
from zato.core.errors import InvalidInput, ZatoError
from zato.odb.log import ConfigurationLog, StoredItem

Prepare = Callable[[int, Sequence[Planned]], Sequence[Planned]]
"""Told the log's revision and the changes that are about to follow it; returns them as they are to be written.

Called again where somebody else is faster. What it raises is passed on, and nothing is changed.
"""


class ImportMode(StrEnum):
    """Whether an import leaves items alone that it does not mention, or deletes them."""

    MERGE = "merge"
    REPLACE = "replace"


class Bulk:
    """All or nothing, in one append; decided again where somebody else changes something in the meantime."""

    def __init__(self, log: ConfigurationLog, writer: Writer, sealer: Sealer) -> None:
        self._log = log
        self._writer = writer
        self._sealer = sealer

    def rollback(self, to_revision: int, *, by: Author, prepare: Prepare) -> Summary:
        """Every item as it was at a revision, those made since deleted."""

        def attempt() -> Summary:
            wanted = {(item.kind, item.name): item_of(item).value for item in items_at(self._log, to_revision)}
            revision, items = self._log.items_with_revision()
            current = current_values(items)
            changes: Sequence[Planned] = plan(current, wanted, current)
            findings = {
                change.key: self._sealer.findings(change.kind, change.name, change.value)
                for change in changes
                if change.value is not None
            }
            self._check(f"The cluster cannot be rolled back to revision {to_revision}", findings, items, changes)
            changes = prepare(revision, changes)
            if changes:
                comment = f"Rolled back to revision {to_revision}"
                revision = self._writer.append(changes, by=by, comment=comment, based_on=items)[-1]
            return summary(revision, changes, len(wanted))

        return despite_races(attempt)

    def import_(self, text: str, mode: ImportMode, *, by: Author) -> Summary:
        """Makes the items what the document says."""
        given = document.load(text)

        def attempt() -> Summary:
            revision, items = self._log.items_with_revision()
            current = current_values(items)
            wanted: dict[Key, msgspec.Struct] = {}
            findings: dict[Key, list[str]] = {}
            for kind, name, body in given:
                stored = current[kind, name][1] if (kind, name) in current else None
                try:
                    wanted[kind, name] = self._accept(kind, name, body, stored)
                except InvalidInput as error:
                    findings[kind, name] = [*error.details]
            unwanted = [key for key in current if mode is ImportMode.REPLACE and is_exported(key[0])]
            changes = plan(current, wanted, [key for key in unwanted if key not in findings])
            self._check("Nothing was imported", findings, items, changes)
            if changes:
                revision = self._writer.append(changes, by=by, comment=f"Imported ({mode})", based_on=items)[-1]
            return summary(revision, changes, len(wanted))

        return despite_races(attempt)

    def _accept(self, kind: str, name: str, body: Any, stored: msgspec.Struct | None) -> msgspec.Struct:
        if not is_exported(kind):
            raise refused(kind, name, [f"kind: items of the kind {kind[:100]!r} cannot be imported"])
        if not isinstance(body, dict):
            raise refused(kind, name, ["value: it must be a mapping with the fields of the kind"])
        return self._sealer.accept(kind, name, body, stored)

    def _check(
        self, what: str, findings: Mapping[Key, list[str]], items: Sequence[StoredItem], changes: Sequence[Planned]
    ) -> None:
        """Reports everything at once; the append checks again, under the lock, what can change in between."""
        details = [f"{kind} {name!r}, {text}" for (kind, name), texts in findings.items() for text in texts]
        details.extend(str(problem) for problem in self._writer.problems(items, changes, assumed=findings))
        if details:
            more = f" (and {len(details) - 1} more, see the details)" if len(details) > 1 else ""
            raise InvalidInput(f"{what}: {details[0]}{more}.", code="invalid-items", details=tuple(details))


def is_exported(kind: str) -> bool:
    """Whether exports and imports are about items of this kind."""
    return kind in KINDS and KINDS[kind].exported


def current_values(items: Sequence[StoredItem]) -> dict[Key, tuple[int, msgspec.Struct | None]]:
    """Revision and value by key; the value of an item that this version cannot read is None."""
    return {(item.kind, item.name): (item.revision, _readable(item)) for item in items}


def _readable(item: StoredItem) -> msgspec.Struct | None:
    try:
        return decode_stored(item.kind, item.name, item.data)
    except ZatoError:
        return None
