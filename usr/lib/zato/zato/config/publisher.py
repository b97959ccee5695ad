"""The one way in which people change configuration: every operation of the admin API on items."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import msgspec

from zato.config import export_document, placeholders
from zato.config.bulk import BulkChanges, ImportMode, Prepare, current_values, is_exported
from zato.config.codec import decode_stored, public, refused
from zato.config.configuration import item_of
from zato.config.diff import ItemDiff
from zato.config.encrypting import SecretEncrypter
from zato.config.hashed_passwords import HashedPasswords
from zato.config.history import HistoryEntry, changes_of, check_name, differences
from zato.config.item import CreatedItem, Item
from zato.config.kinds import KINDS, kind_named, lets_in
from zato.config.plan import Planned, Summary
from zato.config.rehearsal import Preview, Rehearsal
from zato.config.secrets import SecretBox, generate_secret
from zato.config.writer import Author, Writer, despite_races, items_at
from zato.core.clock import Clock
from zato.core.errors import InvalidInput, NotFound, ZatoError
from zato.odb.log import Action, ConfigurationLog, WhichChanges, Within

__all__ = ["Author", "ImportMode", "Preview", "Publisher", "Summary"]


class Publisher:
    """All operations on configuration items. What it returns never has a secret in plain text.

    Changes raise InvalidInput (details name the fields), NotFound, or Conflict: `stale-revision`, `already-exists`,
    `in-use` (names who refers to the item), `already-taken` (names who has it), `last-administrator`. Threads may
    share it.
    """

    def __init__(
        self,
        log: ConfigurationLog,
        box: SecretBox,
        clock: Clock,
        notify: Callable[[int], None] | None = None,
        hashed: HashedPasswords | None = None,
    ) -> None:
        """`notify` announces each new revision to those who follow the log. `hashed` may be shared with others."""
        self._log = log
        self._encrypter = SecretEncrypter(box, hashed or HashedPasswords())
        self._rehearsal = partial(Rehearsal, log, box, clock)
        self._write_by(Writer(log, box, clock, notify))

    def _write_by(self, writer: Writer) -> None:
        self._writer = writer
        self._bulk = BulkChanges(self._log, writer, self._encrypter)

    def preview(self, change: Callable[[Publisher], object]) -> Preview:
        """What `change` would do now to the publisher that it is given. Raises what it would raise; writes nothing."""
        rehearsal = self._rehearsal()
        rehearsing = copy.copy(self)
        rehearsing._write_by(rehearsal)
        done = change(rehearsing)
        revision, items = self._log.items_with_revision()
        changes = rehearsal.differences(items)
        if isinstance(done, Summary):
            return Preview(revision, changes, done.kept, done.unused_values)
        return Preview(revision, changes)

    def list(self, kind: str) -> tuple[Item, ...]:
        """All items of a kind, by name."""
        kind_named(kind)
        return tuple(sorted(map(item_of, self._log.items(kind)), key=lambda item: item.name))

    def get(self, kind: str, name: str) -> Item:
        """The item. Raises NotFound."""
        check_name(kind, name)
        return item_of(self._log.item(kind, name))

    def history(self, kind: str, name: str, limit: int = 100) -> tuple[HistoryEntry, ...]:
        """The last changes of an item that is or was there, newest first. Raises NotFound."""
        return self.changes(WhichChanges(kind=kind, name=name), limit)

    def changes(self, which: WhichChanges, limit: int = 100) -> tuple[HistoryEntry, ...]:
        """Changes of any items, newest first. Raises NotFound for an item that never was there."""
        return changes_of(self._log, which, limit)

    def create(
        self, kind: str, name: str, body: Mapping[str, Any], *, by: Author, within: Within | None = None
    ) -> CreatedItem:
        """The new item, along with the secrets that were generated because they were absent.

        `within` is done in the transaction that makes the item.
        """
        absent = [field for field in kind_named(kind).generated_fields if body.get(field) is None]
        generated = {field: generate_secret() for field in absent}
        value = self._encrypter.accept(kind, name, {**body, **generated}, None)
        (revision,) = self._writer.append([Planned(kind, name, Action.CREATE, value, 0)], by=by, within=within)
        return CreatedItem(kind, name, revision, value, generated)

    def update(
        self, kind: str, name: str, body: Mapping[str, Any], expected_revision: int | None = None, *, by: Author
    ) -> Item:
        """The item with all its fields replaced; secrets that are absent or masked stay what they are.

        Where nothing would change no revision is made. Without an expected revision, the last change wins.
        """
        check_name(kind, name)

        def attempt() -> Item:
            current = item_of(self._log.item(kind, name))
            value = self._encrypter.accept(kind, name, body, current.value)
            if value == current.value and expected_revision in {None, current.revision}:
                return current
            # The kept secrets are those of the revision that was read here, so that one must still be the last.
            expected = current.revision if expected_revision is None else expected_revision
            (revision,) = self._writer.append([Planned(kind, name, Action.UPDATE, value, expected)], by=by)
            return Item(kind, name, revision, value)

        return attempt() if expected_revision is not None else despite_races(attempt)

    def put(
        self, kind: str, bodies: Mapping[str, Mapping[str, Any]], *, by: Author, prepare: Prepare, comment: str
    ) -> int:
        """Items of a kind, by name, made or replaced in one append: all of them or none. Returns the last revision.

        `prepare` gets ready what the changes activate, and says when they do.
        """
        return self._bulk.put(kind, bodies, by=by, prepare=prepare, comment=comment)

    def unsaved(self, kind: str, name: str, body: Mapping[str, Any]) -> Item:
        """What an item would be; nothing is written.

        A secret that is masked or absent is that of the item of this name. It is bound as
        where the item is changed: raises InvalidInput where it would go elsewhere than it does.
        """
        check_name(kind, name)
        try:
            stored = self.get(kind, name).value
        except NotFound:
            stored = None
        return Item(kind, name, 0, self._encrypter.accept(kind, name, body, stored))

    def rotate(self, kind: str, name: str, *, by: Author) -> CreatedItem:
        """The item with new secrets in place of those that are made up by us; the last ones are worth nothing then.

        Raises InvalidInput for a kind whose secrets are not made up.
        """
        check_name(kind, name)
        fields = kind_named(kind).generated_fields
        if not fields:
            raise InvalidInput(
                f"No secret of a {kind} is made up by Zato; change it instead.", code="nothing-to-rotate"
            )
        generated = {field: generate_secret() for field in fields}

        def attempt() -> CreatedItem:
            current = item_of(self._log.item(kind, name))
            value = self._encrypter.accept(kind, name, {**public(kind, current.value), **generated}, current.value)
            change = Planned(kind, name, Action.UPDATE, value, current.revision)
            (revision,) = self._writer.append([change], by=by, comment="Rotated")
            return CreatedItem(kind, name, revision, value, generated)

        return despite_races(attempt)

    def delete(self, kind: str, name: str, expected_revision: int | None = None, *, by: Author) -> int:
        """Deletes the item and returns the revision that did it. Raises Conflict `in-use` where others refer to it."""
        return self.delete_together(kind, {name: expected_revision}, by=by)

    def delete_together(self, kind: str, expected: Mapping[str, int | None], *, by: Author) -> int:
        """As `delete` for several, each with its expected revision: all of them or none. Returns the last revision."""
        for name in expected:
            check_name(kind, name)
        changes = [Planned(kind, name, Action.DELETE, None, revision) for name, revision in expected.items()]
        return self._writer.append(changes, by=by)[-1]

    def diff(
        self, from_revision: int, to_revision: int | None = None, kind: str | None = None, name: str | None = None
    ) -> Sequence[ItemDiff]:
        """What changed between two revisions (the second is the latest unless given), secrets masked."""
        return differences(self._log, from_revision, to_revision, kind, name)

    def rollback_item(
        self,
        kind: str,
        name: str,
        to_revision: int,
        expected_revision: int | None = None,
        *,
        by: Author,
        with_security: bool = False,
        moves_secrets: bool = False,
    ) -> Item:
        """The item as it was at a revision, as a new change. Raises NotFound where it was not there then.

        The expected revision is that of the item now, 0 where it is not there. Without one, the last change wins.
        Raises InvalidInput for an item that lets in, unless `with_security`, and where its secrets would go to another
        address than last, or another way, unless `moves_secrets`: an administrator may do that.
        """
        check_name(kind, name)

        def attempt() -> Item:
            past = [item for item in items_at(self._log, to_revision) if (item.kind, item.name) == (kind, name)]
            if not past:
                raise NotFound(
                    f"The {kind} {name[:120]!r} was not there at revision {to_revision}; see its history.",
                    code="not-at-revision",
                )
            value = item_of(past[0]).value
            if errors := self._encrypter.errors(kind, name, value):
                raise refused(kind, name, errors)
            current = [item for item in self._log.items(kind) if item.name == name]
            (known, stored) = current_values(current).get((kind, name), (0, None))
            if stored == value and expected_revision in {None, known}:
                return item_of(current[0])
            if lets_in(kind) and not with_security:
                raise InvalidInput(
                    f"The {kind} {name!r} is not rolled back: that would make its password, key, certificate or roles "
                    "of then valid again. Ask for that explicitly, with --with-security.",
                    code="security-not-asked-for",
                )
            if not moves_secrets and (moved := self._encrypter.moved(kind, name, self._last(kind, name), value)):
                raise InvalidInput(
                    f"{moved.message} Or have an administrator roll it back.", code=moved.code, details=moved.details
                )
            action = Action.UPDATE if known else Action.CREATE
            expected = known if expected_revision is None else expected_revision
            change = Planned(kind, name, action, value, expected)
            (revision,) = self._writer.append([change], by=by, comment=f"Rolled back to revision {to_revision}")
            return Item(kind, name, revision, value)

        return attempt() if expected_revision is not None else despite_races(attempt)

    def rollback_all(self, to_revision: int, *, by: Author, prepare: Prepare, with_security: bool = False) -> Summary:
        """Every item as it was at a revision, those made since deleted, as new changes in one append.

        Items that let in stay as they are, unless `with_security`.
        `prepare` gets the code ready that the changes activate, and says when they do.
        """
        return self._bulk.rollback(to_revision, by=by, prepare=prepare, with_security=with_security)

    def _last(self, kind: str, name: str) -> msgspec.Struct | None:
        """What the item is, or was before it was deleted; None where this version cannot read it."""
        data = next(change.data for change in self._log.history(kind, name, 2) if change.data is not None)
        try:
            return decode_stored(kind, name, data)
        except ZatoError:
            return None

    def export(self, *, left_open: bool = False) -> str:
        """All items as a YAML document that `import_` takes back; its secrets open with this cluster's key only.

        With `left_open`, it has placeholders for addresses and secrets, which the import needs values for.
        """
        items = [item_of(item) for item in self._log.items() if is_exported(item.kind)]
        order = {kind: position for position, kind in enumerate(KINDS)}
        items.sort(key=lambda item: (order[item.kind], item.name))
        exported = [
            (item.kind, item.name, self._encrypter.encrypted(item.kind, item.name, item.value)) for item in items
        ]
        return export_document.dump(placeholders.left_open(exported) if left_open else exported)

    def import_(self, text: str, mode: ImportMode, *, by: Author, values: Mapping[str, str] | None = None) -> Summary:
        """Makes the items what the document says, all or none, in one append.

        With `values`, its ${NAME} are replaced by them, and each has to have one.

        Raises InvalidInput with everything that is wrong with any of them, each naming kind, name and field.
        """
        return self._bulk.import_(text, mode, by=by, values=values)
