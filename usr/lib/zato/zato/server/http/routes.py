"""From a path to a channel: a look-up whose cost does not grow with the number of channels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class _Node(Generic[T]):
    children: dict[str, _Node[T]] = field(default_factory=dict)
    any_child: _Node[T] | None = None
    targets: dict[str, tuple[T, tuple[str, ...]]] = field(default_factory=dict)


class RouteTable(Generic[T]):
    """Immutable once built. A literal segment wins over a `{parameter}` in the same place."""

    def __init__(self, routes: Iterable[tuple[str, Iterable[str], T]]) -> None:
        """`routes`: path template ("/customers/{id}"), HTTP methods, target."""
        self._root: _Node[T] = _Node()
        self._literal: dict[str, dict[str, tuple[T, tuple[str, ...]]]] = {}
        for template, methods, target in routes:
            self._add(template, methods, target)

    def _add(self, template: str, methods: Iterable[str], target: T) -> None:
        node = self._root
        names: list[str] = []
        for segment in template.split("/")[1:]:
            if segment.startswith("{") and segment.endswith("}"):
                names.append(segment[1:-1])
                node.any_child = node.any_child or _Node()
                node = node.any_child
            else:
                node = node.children.setdefault(segment, _Node())
        for method in methods:
            node.targets[method] = (target, tuple(names))
        if not names:
            self._literal[template] = node.targets

    def find(self, path: str) -> tuple[Mapping[str, tuple[T, tuple[str, ...]]], tuple[str, ...]] | None:
        """What is there by method, each with its parameters' names, and the parameters' values; None for nothing."""
        literal = self._literal.get(path)
        if literal is not None:
            return literal, ()
        found = _descend(self._root, path.split("/")[1:], 0, ())
        if found is None:
            return None
        node, values = found
        return node.targets, values


def _descend(
    node: _Node[T], segments: list[str], index: int, values: tuple[str, ...]
) -> tuple[_Node[T], tuple[str, ...]] | None:
    if index == len(segments):
        return (node, values) if node.targets else None
    segment = segments[index]
    child = node.children.get(segment)
    if child is not None:
        found = _descend(child, segments, index + 1, values)
        if found is not None:
            return found
    if node.any_child is not None and segment:
        return _descend(node.any_child, segments, index + 1, (*values, segment))
    return None
