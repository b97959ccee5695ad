"""All outgoing connections of one configuration."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

from zato.config.configuration import Configuration
from zato.config.item import Item
from zato.config.kinds import OutgoingRest, OutgoingSql
from zato.core.errors import NotFound
from zato.outgoing.rest.connection import RestConnection
from zato.outgoing.sql.connection import SqlConnection


class OpensSecrets(Protocol):
    """What config.secrets.SecretBox offers."""

    def open(self, sealed: str, *, kind: str, name: str, field: str) -> str: ...


T = TypeVar("T")


class Connections(Mapping[str, T]):
    """Connections of one protocol by name. Asking for one that is not configured raises NotFound that names them."""

    def __init__(self, protocol: str, found: dict[str, T]) -> None:
        self._protocol = protocol
        self._found = MappingProxyType(found)

    def __getitem__(self, name: str) -> T:
        try:
            return self._found[name]
        except KeyError:
            known = ", ".join(sorted(self._found)) or "none"
            raise NotFound(
                f"There is no outgoing {self._protocol} connection {name!r}; configured are: {known}.",
                code="no-such-connection",
            ) from None

    def __iter__(self) -> Any:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def __contains__(self, name: object) -> bool:
        return name in self._found


class OutgoingConnections:
    """Immutable. A refreshed set shares the connections whose items did not change; replaced ones end their calls."""

    def __init__(self, items: dict[tuple[str, str], tuple[Item, Any]]) -> None:
        self._items = items
        self.rest: Connections[RestConnection] = Connections("REST", _of(items, "outgoing-rest"))
        self.sql: Connections[SqlConnection] = Connections("SQL", _of(items, "outgoing-sql"))

    @classmethod
    def empty(cls) -> OutgoingConnections:
        return cls({})

    def refreshed(self, configuration: Configuration, secrets: OpensSecrets) -> OutgoingConnections:
        """The connections of `configuration`. Opens none: that happens with the first call."""
        items: dict[tuple[str, str], tuple[Item, Any]] = {}
        for kind in ("outgoing-rest", "outgoing-sql"):
            for item in configuration.all(kind):
                key = (kind, item.name)
                known = self._items.get(key)
                same = known is not None and known[0].revision == item.revision
                items[key] = known if same and known is not None else (item, _connection(item, secrets))
        return self if items == self._items else OutgoingConnections(items)


def _of(items: dict[tuple[str, str], tuple[Item, Any]], kind: str) -> dict[str, Any]:
    return {name: connection for (of_kind, name), (_, connection) in items.items() if of_kind == kind}


def _connection(item: Item, secrets: OpensSecrets) -> RestConnection | SqlConnection:
    def opened(field: str) -> str | None:
        sealed = getattr(item.value, field)
        return None if sealed is None else secrets.open(sealed, kind=item.kind, name=item.name, field=field)

    if isinstance(item.value, OutgoingRest):
        return RestConnection(
            item.name,
            item.value,
            password=opened("password"),
            secret=opened("secret"),
            client_key=opened("client_key"),
        )
    assert isinstance(item.value, OutgoingSql)
    return SqlConnection(item.name, item.value, password=opened("password"))
