"""All outgoing connections of one configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from zato.config.configuration import Configuration
from zato.config.item import Item
from zato.config.secrets import SecretBox
from zato.connector.connection import Connection
from zato.connector.connector import Opened, OutgoingPart
from zato.connector.named import Connections
from zato.connector.outcome import Observe, unobserved
from zato.connector.registry import Outgoing, outgoing_parts
from zato.core.errors import ZatoError


@dataclass(frozen=True, slots=True)
class _Entry:
    """One of `connection` and `problem`, a sentence, is None."""

    item: Item
    connection: Connection | None
    problem: str | None = None


class OutgoingConnections(Outgoing):
    """Immutable: what a request sees stays as it was when the request started.

    The mappings of the protocols raise NotFound for a name that is not configured. `problems` has a sentence for each
    connection that is configured and cannot be used, which is what asking for it raises.
    """

    def __init__(self, entries: Mapping[tuple[str, str], _Entry], files: Path, observe: Observe = unobserved) -> None:
        self._files = files
        self._observe = observe
        self._entries = MappingProxyType(dict(entries))
        self._by_kind: dict[str, Mapping[str, Connection]] = {}
        for connector, part in outgoing_parts():
            kind = part.kind.name
            self._by_kind[kind] = Connections(connector.title, self._of(kind), self._unusable(kind))
        super().__init__({connector.name: self._by_kind[part.kind.name] for connector, part in outgoing_parts()})
        self.problems = tuple(entry.problem for entry in self._entries.values() if entry.problem is not None)

    @classmethod
    def empty(cls, files: Path, observe: Observe = unobserved) -> OutgoingConnections:
        """No connections yet. Files such as SQLite's will be in this directory; `observe` is told of all calls."""
        return cls({}, files, observe)

    def refreshed(self, configuration: Configuration, secrets: SecretBox) -> OutgoingConnections:
        """The connections of `configuration`; nothing is connected before it is first called.

        Connections of items whose revision is the same are the same objects, with their pools. Those that were
        changed or deleted are retired: requests that use them finish, idle ones are closed now. Returns itself
        where nothing has changed.
        """
        entries: dict[tuple[str, str], _Entry] = {}
        for _, part in outgoing_parts():
            for item in configuration.all(part.kind.name):
                known = self._entries.get((item.kind, item.name))
                same = known is not None and known.item.revision == item.revision
                entries[item.kind, item.name] = known if known and same else self._entry(item, part, secrets)
        if entries == self._entries:
            return self
        refreshed = OutgoingConnections(entries, self._files, self._observe)
        for key, entry in self._entries.items():
            if entry.connection is not None and entries.get(key) is not entry:
                entry.connection.retire()
        return refreshed

    def unsaved(self, item: Item, secrets: SecretBox) -> Connection:
        """A connection by an item that is not in the configuration. Raises what keeps it from being made."""
        (part,) = (part for _, part in outgoing_parts() if part.kind.name == item.kind)
        return part.build(item, _opener(item, secrets), self._files, unobserved)

    def of(self, kind: str) -> Mapping[str, Connection]:
        """The connections of one kind, with the same errors."""
        return self._by_kind[kind]

    def _entry(self, item: Item, part: OutgoingPart, secrets: SecretBox) -> _Entry:
        """One connection that cannot be made, its secret being of another key for one, must not stop the others."""
        try:
            return _Entry(item, part.build(item, _opener(item, secrets), self._files, self._observe))
        except ZatoError as error:
            return _Entry(item, None, f"The {item.kind} {item.name!r} cannot be used: {error.message}")

    def _of(self, kind: str) -> dict[str, Any]:
        return {
            name: entry.connection
            for (of_kind, name), entry in self._entries.items()
            if of_kind == kind and entry.connection is not None
        }

    def _unusable(self, kind: str) -> dict[str, str]:
        return {
            name: entry.problem
            for (of_kind, name), entry in self._entries.items()
            if of_kind == kind and entry.problem is not None
        }


def _opener(item: Item, secrets: SecretBox) -> Opened:
    def opened(field: str) -> str | None:
        encrypted = getattr(item.value, field)
        return None if encrypted is None else secrets.decrypt(encrypted, kind=item.kind, name=item.name, field=field)

    return opened
