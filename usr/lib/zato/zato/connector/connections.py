"""All outgoing connections of one configuration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from zato.config.configuration import Configuration
from zato.config.item import Item
from zato.config.kinds import OutgoingRest, OutgoingSql
from zato.config.secrets import SecretBox
from zato.connector.connection import Connection
from zato.connector.named import Connections
from zato.connector.outcome import Observe, unobserved
from zato.core.errors import ZatoError

if TYPE_CHECKING:
    from zato.connector.rest.outgoing import RestConnection
    from zato.connector.sql.outgoing import SqlConnection

_Opened = Callable[[str], str | None]
_Build = Callable[[Item, _Opened, Path, Observe], Connection]


@dataclass(frozen=True, slots=True)
class _Entry:
    """One of `connection` and `problem`, a sentence, is None."""

    item: Item
    connection: Connection | None
    problem: str | None = None


class OutgoingConnections:
    """Immutable: what a request sees stays as it was when the request started.

    `rest` and `sql` are mappings by name that raise NotFound for a name that is not configured. `problems` has a
    sentence for each connection that is configured and cannot be used, which is what asking for it raises.
    """

    rest: Mapping[str, RestConnection]
    sql: Mapping[str, SqlConnection]

    def __init__(
        self, entries: Mapping[tuple[str, str], _Entry], sqlite_directory: Path, observe: Observe = unobserved
    ) -> None:
        self._sqlite_directory = sqlite_directory
        self._observe = observe
        self._entries = MappingProxyType(dict(entries))
        self.rest = Connections("REST", self._of("outgoing-rest"), self._unusable("outgoing-rest"))
        self.sql = Connections("SQL", self._of("outgoing-sql"), self._unusable("outgoing-sql"))
        self.problems = tuple(entry.problem for entry in self._entries.values() if entry.problem is not None)

    @classmethod
    def empty(cls, sqlite_directory: Path, observe: Observe = unobserved) -> OutgoingConnections:
        """None yet. Those to SQLite, when they come, open files in this directory; `observe` is told of all calls."""
        return cls({}, sqlite_directory, observe)

    def refreshed(self, configuration: Configuration, secrets: SecretBox) -> OutgoingConnections:
        """The connections of `configuration`; nothing is connected before it is first called.

        Connections of items whose revision is the same are the same objects, with their pools. Those that were
        changed or deleted are retired: requests that use them finish, idle ones are closed now. Returns itself
        where nothing has changed.
        """
        entries: dict[tuple[str, str], _Entry] = {}
        for kind, build in _BUILDERS.items():
            for item in configuration.all(kind):
                known = self._entries.get((kind, item.name))
                same = known is not None and known.item.revision == item.revision
                entries[kind, item.name] = known if known and same else self._entry(item, build, secrets)
        if entries == self._entries:
            return self
        refreshed = OutgoingConnections(entries, self._sqlite_directory, self._observe)
        for key, entry in self._entries.items():
            if entry.connection is not None and entries.get(key) is not entry:
                entry.connection.retire()
        return refreshed

    def unsaved(self, item: Item, secrets: SecretBox) -> Connection:
        """A connection by an item that is not in the configuration. Raises what keeps it from being made."""
        return _BUILDERS[item.kind](item, _opener(item, secrets), self._sqlite_directory, unobserved)

    def _entry(self, item: Item, build: _Build, secrets: SecretBox) -> _Entry:
        """One connection that cannot be made, its secret being of another key for one, must not stop the others."""
        try:
            return _Entry(item, build(item, _opener(item, secrets), self._sqlite_directory, self._observe))
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


def _opener(item: Item, secrets: SecretBox) -> _Opened:
    def opened(field: str) -> str | None:
        encrypted = getattr(item.value, field)
        return None if encrypted is None else secrets.decrypt(encrypted, kind=item.kind, name=item.name, field=field)

    return opened


def _rest(item: Item, opened: _Opened, _sqlite_directory: Path, observe: Observe) -> Connection:
    from zato.connector.rest.outgoing import RestConnection

    assert isinstance(item.value, OutgoingRest)
    return RestConnection(
        item.name,
        item.value,
        password=opened("password"),
        secret=opened("secret"),
        client_key=opened("client_key"),
        observe=observe,
    )


def _sql(item: Item, opened: _Opened, sqlite_directory: Path, observe: Observe) -> Connection:
    from zato.connector.sql.outgoing import SqlConnection

    assert isinstance(item.value, OutgoingSql)
    if item.value.url.startswith("sqlite:"):
        from zato.connector.sql.sqlite import file_in

        # What an earlier release took is known before a service needs it, and `zato status` says it
        file_in(sqlite_directory, item.value.url.removeprefix("sqlite:///").partition("?")[0])
    return SqlConnection(
        item.name, item.value, password=opened("password"), sqlite_directory=sqlite_directory, observe=observe
    )


_BUILDERS: dict[str, _Build] = {"outgoing-rest": _rest, "outgoing-sql": _sql}
