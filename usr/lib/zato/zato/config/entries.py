"""Stored items read into entries for the rules between items; what was read once is remembered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

import msgspec

from zato.config.codec import decode_stored
from zato.config.kinds import KINDS, UniqueKey
from zato.config.relations import Entry
from zato.config.secrets import SecretBox
from zato.core.errors import InvalidInput, ZatoError
from zato.odb.log import Appending, LoggedChange, StoredItem

_READ_ON_MAX = 1000
_Entries = Mapping[tuple[str, str], Entry]


@dataclass(frozen=True, slots=True)
class _Known:
    """All entries as of a change. The change is another one where the ODB has another history by now."""

    entries: _Entries
    last: LoggedChange | None


class EntryReader:
    """Turns stored items into entries.

    The check of a change looks at all items while the log is locked, so the entries of the last check are kept, and
    only what was changed since is read. Threads may share it.
    """

    def __init__(self, box: SecretBox) -> None:
        self._box = box
        self._known = _Known({}, None)

    def locked(self, log: Appending) -> _Entries:
        """All entries as of now, by kind and name."""
        known = self._known
        read = self._read_on(known.entries, known.last, log) if known.last is not None else None
        if read is None:
            last = next(iter(log.changes_from(log.revision, 1)), None)
            read = _Known(self.of(log.all_items()), last)
        self._known = read
        return read.entries

    def of(self, items: Sequence[StoredItem]) -> _Entries:
        """The entries of these items, by kind and name."""
        known = self._known.entries
        found = {}
        for stored in items:
            entry = known.get((stored.kind, stored.name))
            same = entry is not None and entry.revision == stored.revision
            found[stored.kind, stored.name] = entry if entry is not None and same else self._entry_of(stored)
        return found

    def _read_on(self, entries: _Entries, last: LoggedChange, log: Appending) -> _Known | None:
        """None where much has changed, or where the log has another change by now where we have read it to."""
        changes = log.changes_from(last.revision, _READ_ON_MAX)
        revisions = [change.revision for change in changes]
        if changes[:1] != [last] or revisions != list(range(last.revision, log.revision + 1)):
            return None
        if len(changes) == 1:
            return _Known(entries, last)
        after = dict(entries)
        for change in changes[1:]:
            if change.data is None:
                after.pop((change.kind, change.name), None)
            else:
                stored = StoredItem(change.kind, change.name, change.revision, change.data)
                after[change.kind, change.name] = self._entry_of(stored)
        return _Known(after, changes[-1])

    def entry(self, kind: str, name: str, value: msgspec.Struct, revision: int = 0) -> Entry:
        """The entry of a value whose secrets are encrypted."""
        definition = KINDS[kind]
        unique_keys = [*definition.unique_keys(name, value)]
        for field in definition.distinct_fields:
            if (secret := getattr(value, field)) is not None:
                plain = self._box.decrypt(secret, kind=kind, name=name, field=field)
                unique_keys.append(UniqueKey((kind, field, sha256(plain.encode()).hexdigest()), field, "It"))
        return Entry(kind, name, value, tuple(unique_keys), revision)

    def _entry_of(self, stored: StoredItem) -> Entry:
        unreadable = Entry(stored.kind, stored.name, None, (), stored.revision)
        if stored.kind not in KINDS:
            return unreadable
        try:
            value = decode_stored(stored.kind, stored.name, stored.data)
            return self.entry(stored.kind, stored.name, value, stored.revision)
        except InvalidInput:  # a secret that does not open: the key was lost; other items can still be changed
            return unreadable
        except ZatoError as error:
            if error.code != "stored-item-unreadable":
                raise
            return unreadable
