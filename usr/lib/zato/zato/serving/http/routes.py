"""From a path and a method to what answers them: a look-up whose cost does not grow with the number of routes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _End(Generic[T]):
    """Where a template ends for one method."""

    target: T
    names: tuple[str, ...]


@dataclass(slots=True)
class _Node(Generic[T]):
    children: dict[str, _Node[T]] = field(default_factory=dict)
    any_child: _Node[T] | None = None
    ends: dict[str, _End[T]] = field(default_factory=dict)


_NO_VALUES: Mapping[str, str] = {}


class RouteTable(Generic[T]):
    """Immutable once built.

    Of several routes that match a path and take its method, the one wins that has literal text where the others have a
    parameter, at the first segment where they differ. A route that does not take the method hides none that does.
    """

    def __init__(self, routes: Iterable[tuple[str, Iterable[str], T]]) -> None:
        """`routes`: path template ("/customers/{id}"), HTTP methods, target."""
        self._root: _Node[T] = _Node()
        self._literal: dict[str, dict[str, _End[T]]] = {}
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
            node.ends[method] = _End(target, tuple(names))
        if not names:
            self._literal[template] = node.ends

    def literal(self, path: str, method: str) -> T | None:
        """The short way: the target of a route without parameters whose template is `path`, letter by letter."""
        ends = self._literal.get(path)
        if ends is None:
            return None
        end = ends.get(method)
        return None if end is None else end.target

    def find(self, segments: Sequence[str], method: str) -> tuple[T, Mapping[str, str]] | None:
        """The target for a path's decoded segments, with the values of its parameters by name; None for nothing."""
        for node, values in self._matching(segments):
            end = node.ends.get(method)
            if end is not None:
                return end.target, dict(zip(end.names, values, strict=True)) if values else _NO_VALUES
        return None

    def methods(self, segments: Sequence[str]) -> tuple[str, ...]:
        """The methods of all routes that match; empty where none does."""
        return tuple(sorted({method for node, _ in self._matching(segments) for method in node.ends}))

    def _matching(self, segments: Sequence[str]) -> Iterator[tuple[_Node[T], tuple[str, ...]]]:
        """Nodes where a template ends that matches, the one that wins first. No parameter is empty.

        Looks at the nodes that match a beginning of the path, each once: never at more than there are.
        """
        last = len(segments)
        waiting: list[tuple[_Node[T], int, tuple[str, ...]]] = [(self._root, 0, ())]
        while waiting:
            node, index, values = waiting.pop()
            if index == last:
                if node.ends:
                    yield node, values
                continue
            segment = segments[index]
            if node.any_child is not None and segment:
                waiting.append((node.any_child, index + 1, (*values, segment)))
            child = node.children.get(segment)
            if child is not None:
                waiting.append((child, index + 1, values))
