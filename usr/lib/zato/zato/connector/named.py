"""Connections of one protocol by their names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TypeVar

from zato.core.errors import NotFound, ZatoError

T = TypeVar("T")

_OUTSIDE = "A connection that is needed for this cannot be used; the server's log says which under this correlation id."


class UnknownConnection(NotFound):
    """A service asked for a connection that is not configured.

    To the outside caller this is a failure of the server: a 404 would say that what the caller asked for is not there.
    """

    code = "no-such-connection"
    status = 500
    message_outside = _OUTSIDE


class UnusableConnection(ZatoError):
    """A service asked for a connection that is configured and cannot be used, for instance for want of its secret."""

    code = "connection-unusable"
    status = 500
    message_outside = _OUTSIDE


class Connections(Mapping[str, T]):
    """Immutable. Asking for a name that is not configured, with [] or get(), raises NotFound that names what is.

    For one of `unusable`, which says why by name, it raises UnusableConnection.
    """

    def __init__(self, protocol: str, found: Mapping[str, T], unusable: Mapping[str, str] | None = None) -> None:
        self._protocol = protocol
        self._found = MappingProxyType(dict(found))
        self._unusable = MappingProxyType(dict(unusable or {}))

    def __getitem__(self, name: str) -> T:
        try:
            return self._found[name]
        except KeyError:
            if name in self._unusable:
                raise UnusableConnection(self._unusable[name]) from None
            known = ", ".join(repr(each) for each in sorted(self._found)) or "none"
            raise UnknownConnection(
                f"There is no outgoing {self._protocol} connection {name!r}; configured are: {known}."
            ) from None

    def __contains__(self, name: object) -> bool:
        return name in self._found

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)
