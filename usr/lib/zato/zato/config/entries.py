"""Stored items read into entries for the rules between items; what was read once is remembered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256

import msgspec

from zato.config.codec import decode_stored
from zato.config.kinds import KINDS, UniqueKey
from zato.config.relations import Entry
from zato.config.secrets import SecretBox
from zato.core.errors import InvalidInput, ZatoError
from zato.odb.log import StoredItem


class EntryReader:
    """Turns stored items into entries.

    The check of a change looks at all items while the log is locked, so the entries of the last check are kept: an
    item's revision says that it is still the same one.
    """

    def __init__(self, box: SecretBox) -> None:
        self._box = box
        self._known: Mapping[tuple[str, str, int], Entry] = {}

    def read(self, items: Sequence[StoredItem]) -> dict[tuple[str, str], Entry]:
        """All entries, by kind and name."""
        known = self._known
        found: dict[tuple[str, str, int], Entry] = {}
        for stored in items:
            version = (stored.kind, stored.name, stored.revision)
            found[version] = known.get(version) or self._entry_of(stored)
        self._known = found
        return {entry.key: entry for entry in found.values()}

    def entry(self, kind: str, name: str, value: msgspec.Struct) -> Entry:
        """The entry of a value whose secrets are encrypted."""
        definition = KINDS[kind]
        unique_keys = [*definition.unique_keys(name, value)]
        for field in definition.distinct_fields:
            if (secret := getattr(value, field)) is not None:
                plain = self._box.decrypt(secret, kind=kind, name=name, field=field)
                unique_keys.append(UniqueKey((kind, field, sha256(plain.encode()).hexdigest()), field, "It"))
        return Entry(kind, name, value, tuple(unique_keys))

    def _entry_of(self, stored: StoredItem) -> Entry:
        unreadable = Entry(stored.kind, stored.name, None)
        if stored.kind not in KINDS:
            return unreadable
        try:
            return self.entry(stored.kind, stored.name, decode_stored(stored.kind, stored.name, stored.data))
        except InvalidInput:  # a secret that does not open: the key was lost; other items can still be changed
            return unreadable
        except ZatoError as error:
            if error.code != "stored-item-unreadable":
                raise
            return unreadable
