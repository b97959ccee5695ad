"""Objects that hold named values: what self.request.input and self.response.payload are for declared fields."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


class Record:
    """Values by attribute, by item and by `get`. A field always wins over a method of the same name."""

    def __init__(self, **values: Any) -> None:
        self.__dict__.update(values)

    def get(self, name: str, default: Any = None) -> Any:
        """The value of `name`, or `default` where there is none."""
        return self.__dict__.get(name, default)

    def to_dict(self) -> dict[str, Any]:
        """A new dict of all values."""
        return dict(self.__dict__)

    def keys(self) -> list[str]:
        return list(self.__dict__)

    def values(self) -> list[Any]:
        return list(self.__dict__.values())

    def items(self) -> list[tuple[str, Any]]:
        return list(self.__dict__.items())

    def __getattr__(self, name: str) -> Any:  # only called where there is no such value
        known = ", ".join(self.__dict__) or "none"
        raise AttributeError(f"There is no field {name!r} here; the fields are: {known}.")

    def __getitem__(self, name: str) -> Any:
        return self.__dict__[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self.__dict__[name] = value

    def __contains__(self, name: object) -> bool:
        return name in self.__dict__

    def __iter__(self) -> Iterator[str]:
        return iter(self.__dict__)

    def __len__(self) -> int:
        return len(self.__dict__)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Record):
            return self.__dict__ == other.__dict__
        return self.__dict__ == other if isinstance(other, dict) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # values may change

    def __repr__(self) -> str:
        return f"Record({', '.join(f'{key}={value!r}' for key, value in self.__dict__.items())})"


class Blank(Record):
    """Where a service puts its declared output field by field: only declared names can be set."""

    __slots__ = ("_declared",)  # a slot, so that it is not one of the values

    _declared: frozenset[str]

    def __init__(self, declared: frozenset[str]) -> None:
        object.__setattr__(self, "_declared", declared)

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in self._declared:
            declared = ", ".join(sorted(self._declared))
            raise AttributeError(f"The output has no field {name!r}; the declared fields are: {declared}.")
        self.__dict__[name] = value

    def __setitem__(self, name: str, value: Any) -> None:
        setattr(self, name, value)


class InputData(dict[str, Any]):
    """The input of a service that declares none: a dict whose values can be read as attributes, too.

    A method of dict wins over a value of the same name, so that a caller cannot break the service by a parameter `get`.
    """

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"The request has no value {name!r}.") from None
