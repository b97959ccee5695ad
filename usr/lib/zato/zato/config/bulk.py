"""Changes of many items at once: import, and rolling the whole cluster back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from functools import partial
from typing import Any

import msgspec

from zato.config import export_document, placeholders
from zato.config.codec import decode_stored, refused
from zato.config.configuration import item_of
from zato.config.diff import ItemDiff, diff
from zato.config.encrypting import GIVE_ANEW, SecretEncrypter
from zato.config.hashed_passwords import in_parallel
from zato.config.kinds import KINDS, lets_in
from zato.config.plan import Key, Planned, Summary, plan, summary
from zato.config.writer import Author, Writer, despite_races, items_at
from zato.core.errors import InvalidInput, ZatoError
from zato.odb.log import ConfigurationLog, StoredItem

Prepare = Callable[[int, Sequence[Planned]], Sequence[Planned]]
"""Called with the log's revision and the changes that are to be appended to it; returns the changes to append.

Called again where another change came first. What it raises is passed on, and nothing is changed.
"""


class ImportMode(StrEnum):
    """What an import does with items that it does not mention: MERGE keeps them, REPLACE deletes them."""

    MERGE = "merge"
    REPLACE = "replace"


class BulkChanges:
    """Each is made as a whole or not at all, by one append. Where another change came first, it is planned anew."""

    def __init__(self, log: ConfigurationLog, writer: Writer, encrypter: SecretEncrypter) -> None:
        self._log = log
        self._writer = writer
        self._encrypter = encrypter

    def rollback(self, to_revision: int, *, by: Author, prepare: Prepare, with_security: bool) -> Summary:
        """Makes every item what it was at a revision, and deletes those that were made since.

        Items that let somebody in stay as they are, unless `with_security`.
        """

        def attempt() -> Summary:
            past = items_at(self._log, to_revision)
            revision, items = self._log.items_with_revision()
            wanted = _meant(past, with_security)
            changes: Sequence[Planned] = self._rollback_plan(to_revision, past, items, with_security)
            changes = prepare(revision, changes)
            if changes:
                comment = f"Rolled back to revision {to_revision}"
                revision = self._writer.append(changes, by=by, comment=comment, based_on=revision)[-1]
            return summary(revision, changes, len(wanted), tuple(_kept(past, items, with_security)))

        return despite_races(attempt)

    def put(
        self, kind: str, bodies: Mapping[str, Mapping[str, Any]], *, by: Author, prepare: Prepare, comment: str
    ) -> int:
        """Makes or replaces the items; returns the last revision."""

        def attempt() -> int:
            revision, items = self._log.items_with_revision()
            current = current_values(items)
            wanted = {
                (kind, name): self._encrypter.accept(kind, name, body, current.get((kind, name), (0, None))[1])
                for name, body in bodies.items()
            }
            changes = prepare(revision, plan(current, wanted, ()))
            if changes:
                revision = self._writer.append(changes, by=by, comment=comment, based_on=revision)[-1]
            return revision

        return despite_races(attempt)

    def _rollback_plan(
        self, to_revision: int, past: Sequence[StoredItem], items: Sequence[StoredItem], with_security: bool
    ) -> list[Planned]:
        wanted = {(item.kind, item.name): item_of(item).value for item in _meant(past, with_security)}
        changes = plan(current_values(items), wanted, current_values(_meant(items, with_security)))
        errors = {
            change.key: self._encrypter.errors(change.kind, change.name, change.value)
            for change in changes
            if change.value is not None
        }
        hint = "" if with_security else SECURITY_STAYS
        what = f"The cluster cannot be rolled back to revision {to_revision}"
        self._check(what, errors, items, changes, hint=hint)
        return changes

    def import_(self, text: str, mode: ImportMode, *, by: Author, values: Mapping[str, str] | None = None) -> Summary:
        """Makes the items what the document says, with values in the places that it leaves open."""
        given = export_document.load(text)
        unused: tuple[str, ...] = ()
        if values is None:
            placeholders.refuse_open(given)
        else:
            filled = placeholders.filled(given, values)
            given, unused = filled.items, filled.unused

        def attempt() -> Summary:
            revision, items = self._log.items_with_revision()
            current = current_values(items)
            wanted: dict[Key, msgspec.Struct] = {}
            errors: dict[Key, list[str]] = {}
            codes: set[str] = set()
            for key, accepted in self._all_accepted(given, current).items():
                if isinstance(accepted, InvalidInput):
                    errors[key] = [*accepted.details]
                    codes.add(accepted.code)
                else:
                    wanted[key] = accepted
            unwanted = [key for key in current if mode is ImportMode.REPLACE and is_exported(key[0])]
            changes = plan(current, wanted, [key for key in unwanted if key not in errors])
            code = GIVE_ANEW if codes == {GIVE_ANEW} else "invalid-items"
            self._check("Nothing was imported", errors, items, changes, code=code)
            if changes:
                revision = self._writer.append(changes, by=by, comment=f"Imported ({mode})", based_on=revision)[-1]
            return replace(summary(revision, changes, len(wanted)), unused_values=unused)

        return despite_races(attempt)

    def _all_accepted(
        self, given: Sequence[tuple[str, str, Any]], current: Mapping[Key, tuple[int, msgspec.Struct | None]]
    ) -> Mapping[Key, msgspec.Struct | InvalidInput]:
        """The value of each item, or why it is refused, in the order of the document."""
        calls = {
            (kind, name): partial(self._accepted, kind, name, body, current.get((kind, name), (0, None))[1])
            for kind, name, body in given
        }
        hashed = {key: call for key, call in calls.items() if key[0] in KINDS and KINDS[key[0]].hashed_fields}
        ready = dict(zip(hashed, in_parallel(hashed.values()), strict=True))
        return {key: ready[key] if key in ready else call() for key, call in calls.items()}

    def _accepted(
        self, kind: str, name: str, body: Any, stored: msgspec.Struct | None
    ) -> msgspec.Struct | InvalidInput:
        if not is_exported(kind):
            return refused(kind, name, [f"kind: items of the kind {kind[:100]!r} cannot be imported"])
        if not isinstance(body, dict):
            return refused(kind, name, ["value: it must be a mapping with the fields of the kind"])
        try:
            return self._encrypter.accept(kind, name, body, stored, takes_encrypted=True)
        except InvalidInput as error:
            return error

    def _check(
        self,
        what: str,
        errors: Mapping[Key, list[str]],
        items: Sequence[StoredItem],
        changes: Sequence[Planned],
        *,
        code: str = "invalid-items",
        hint: str = "",
    ) -> None:
        """Reports everything at once; the append checks again, under the lock, what can change in between.

        `hint` says what to do about items that refer to what lets in and is not there.
        """
        details = [f"{kind} {name!r}, {text}" for (kind, name), texts in errors.items() for text in texts]
        problems = self._writer.problems(items, changes, assumed=errors)
        if problems:
            code = "invalid-items"
        details.extend(str(problem) for problem in problems)
        if details:
            more = f" (and {len(details) - 1} more, see the details)" if len(details) > 1 else ""
            hint = hint if any(problem.code == "missing-reference" for problem in problems) else ""
            raise InvalidInput(f"{what}: {details[0]}{more}.{hint}", code=code, details=tuple(details))


SECURITY_STAYS = (
    " Security definitions stay as they are now. Create those that are missing, or roll everything back along with "
    "them (--with-security): that makes passwords, keys and roles valid again that were good then."
)


def _meant(items: Sequence[StoredItem], with_security: bool) -> list[StoredItem]:
    """The items that a roll-back is about."""
    return [item for item in items if with_security or not lets_in(item.kind)]


def _kept(past: Sequence[StoredItem], items: Sequence[StoredItem], with_security: bool) -> list[ItemDiff]:
    """What a roll-back leaves as it is, although it was different at that revision."""
    if with_security:
        return []
    return diff([item for item in items if lets_in(item.kind)], [item for item in past if lets_in(item.kind)])


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
