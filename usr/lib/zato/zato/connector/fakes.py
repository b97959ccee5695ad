"""What tests of services have in place of the connections of one protocol."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from zato.connector.connection import Connection

T = TypeVar("T", bound=Connection)


class Fakes(Mapping[str, T]):
    """Stand-ins by name: those that are given, and one more for each other name that is asked for."""

    def __init__(self, make: Callable[[str], T], given: Mapping[str, T] | None = None) -> None:
        self._make = make
        self._known = dict(given or {})

    def __getitem__(self, name: str) -> T:
        if name not in self._known:
            self._known[name] = self._make(name)
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def close(self) -> None:
        """Close what is idle; the next use opens others."""
        for connection in self._known.values():
            connection.retire()
