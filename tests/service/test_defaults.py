"""Instances that msgspec has made have their defaults as their own, wherever they are; long messages take no longer."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, Generic, NamedTuple, TypedDict, TypeVar

import msgspec
import pytest

from support.python_calls import python_calls
from zato.service.defaults import Defaults
from zato.service.typed import TypedModel

T = TypeVar("T")


@dataclass
class Line:
    name: str
    note: str = "-"


@dataclass(frozen=True)
class Frozen:
    line: Line | None = None
    number: int = 7


@dataclass(slots=True)
class Slotted:
    lines: list[Line] = field(default_factory=list)
    number: int = 7


class Tagged(msgspec.Struct, tag="tagged"):
    lines: dict[str, Line] = {}


class Other(msgspec.Struct, tag="other"):
    pair: tuple[int, Line] | None = None


class Named(NamedTuple):
    line: Line
    more: int = 1


class Typed(TypedDict, total=False):
    line: Line
    lines: tuple[Line, ...]


@dataclass
class Tree:
    name: str = "leaf"
    children: list[Tree] = field(default_factory=list)


@dataclass
class Box(Generic[T]):
    content: T
    label: str = "box"


@dataclass
class Moving:
    lines: list[Line] | None = None
    kept: Any = None

    def __post_init__(self) -> None:
        self.kept, self.lines = {"lines": self.lines}, None


@dataclass
class Odd:
    lines: list[Line] = None  # type: ignore[assignment]
    note: str = "odd"


@dataclass
class Row:
    name: str
    price: float


@dataclass
class Order:
    rows: list[Row]
    note: str = ""


LINE = {"name": "a"}
MESSAGES: list[tuple[Any, Any]] = [
    (Line, LINE),
    (list[Line], [LINE, {"name": "b", "note": "c"}]),
    (dict[str, list[Line]], {"x": [LINE], "y": []}),
    (Frozen, {"line": LINE}),
    (Frozen, {}),
    (Slotted, {"lines": [LINE]}),
    (Tagged | Other, {"type": "tagged", "lines": {"x": LINE}}),
    (Tagged | Other, {"type": "other", "pair": [1, LINE]}),
    (list[Named], [[LINE], [LINE, 2]]),
    (list[Typed], [{"line": LINE}, {}, {"lines": [LINE]}]),
    (Tree, {"children": [{"children": [{}, {"name": "x"}]}, {}]}),
    (Box[Line], {"content": LINE}),
    (Box[list[Box[Line]]], {"content": [{"content": LINE}]}),
    (list[Line | int | None], [LINE, 5, None]),
    (Moving, {"lines": [LINE]}),
    (list[Odd], [{}, {"lines": [LINE]}]),
]


def without_own(value: Any) -> list[str]:
    """Fields of instances that have them of their class alone, at every depth."""
    found: list[str] = []
    if is_dataclass(value) and not isinstance(value, type):
        own = getattr(value, "__dict__", None)
        found += [each.name for each in fields(value) if own is not None and each.name not in own]
        for each in fields(value):
            found += without_own(getattr(value, each.name))
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            found += without_own(getattr(value, name))
    elif isinstance(value, dict):
        for each in value.values():
            found += without_own(each)
    elif isinstance(value, list | tuple):
        for each in value:
            found += without_own(each)
    return found


@pytest.mark.parametrize(("declared", "message"), MESSAGES, ids=[str(number) for number in range(len(MESSAGES))])
def test_every_default_is_the_instances_own(declared: Any, message: Any) -> None:
    converted = msgspec.convert(message, declared)
    Defaults(msgspec.inspect.type_info(declared)).fill(converted)
    assert not without_own(converted)
    assert not without_own(TypedModel(declared).parse(message, {}, {}))
    assert not without_own(TypedModel(declared).render(message))


def test_msgspec_leaves_defaults_to_the_class() -> None:
    assert without_own(msgspec.convert({"children": [{}]}, Tree)) == ["name", "name"]  # else this room is not needed


def test_only_instances_with_defaults_take_a_step_in_python() -> None:
    model = TypedModel(Order)
    message = {"rows": [{"name": "a", "price": 1.5}] * 1000}
    assert python_calls(lambda: model.parse(message, {}, {})) < 40


def test_messages_may_be_as_deep_as_json_may() -> None:
    message: dict[str, Any] = {}
    for _ in range(240):
        message = {"children": [message]}
    converted = TypedModel(Tree).parse(message, {}, {})
    assert not without_own(converted)
