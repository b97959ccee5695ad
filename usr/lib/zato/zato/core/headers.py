"""The header of a message: names in any case, each of which may have several values (RFC 9110, section 5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

Values = str | Sequence[str]


def fields_of(headers: Mapping[str, Values]) -> list[tuple[str, str]]:
    """Each value with its name: a list or a tuple has several."""
    return [
        (name, value)
        for name, values in headers.items()
        for value in (values if isinstance(values, list | tuple) else (values,))
    ]


class Headers(Mapping[str, str]):
    """Immutable. A header that is there several times is its values joined by commas; `get_all` has them apart."""

    def __init__(self, fields: Mapping[str, Values] | Iterable[tuple[str, str]] = ()) -> None:
        self._by_name: dict[str, tuple[str, list[str]]] = {}
        for name, value in fields_of(fields) if isinstance(fields, Mapping) else fields:
            self._by_name.setdefault(name.lower(), (name, []))[1].append(value)

    def __getitem__(self, name: str) -> str:
        return ", ".join(self._by_name[name.lower()][1])

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self._by_name.values())

    def __len__(self) -> int:
        return len(self._by_name)

    def __repr__(self) -> str:
        return repr(dict(self))

    def get_all(self, name: str) -> list[str]:
        """All values, in the order in which they came; none where it is not there. Cookies are told apart by this."""
        return list(self._by_name.get(name.lower(), ("", []))[1])
