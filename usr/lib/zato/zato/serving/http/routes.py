"""From a path and a method to what answers them: a look-up whose cost does not grow with the number of routes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")

Route = tuple[str, Iterable[str], T]
"""Path template ("/customers/{id}"), HTTP methods, target."""


@dataclass(frozen=True, slots=True)
class _End(Generic[T]):
    """Where a template ends for one method."""

    target: T
    names: tuple[str, ...]


@dataclass(slots=True, eq=False)
class _Node(Generic[T]):
    children: dict[str, _Node[T]] = field(default_factory=dict)
    any_child: _Node[T] | None = None
    ends: dict[str, _End[T]] = field(default_factory=dict)

    def copy(self) -> _Node[T]:
        return _Node(dict(self.children), self.any_child, dict(self.ends))

    @property
    def empty(self) -> bool:
        return not (self.children or self.any_child or self.ends)


_NO_VALUES: Mapping[str, str] = {}


class RouteTable(Generic[T]):
    """Immutable once built.

    Of several routes that match a path and take its method, the one wins that has literal text where the others have a
    parameter, at the first segment where they differ. A route that does not take the method hides none that does.
    """

    def __init__(self, routes: Iterable[Route[T]] = ()) -> None:
        self._root: _Node[T] = _Node()
        self._literal: dict[str, dict[str, _End[T]]] = {}
        _Change(self._root, self._literal).make((), routes)

    def changed(self, gone: Iterable[tuple[str, Iterable[str]]], come: Iterable[Route[T]]) -> RouteTable[T]:
        """The table without the templates and methods that are `gone`, with those that `come`; the rest is shared."""
        table: RouteTable[T] = RouteTable()
        table._root, table._literal = self._root.copy(), dict(self._literal)
        _Change(table._root, table._literal).make(gone, come)
        return table

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


class _Change(Generic[T]):
    """A change of a root and an index that nobody reads yet. Nodes below, which another table shares, are copied."""

    def __init__(self, root: _Node[T], literal: dict[str, dict[str, _End[T]]]) -> None:
        self._root = root
        self._literal = literal
        self._own: set[int] = {id(root)}

    def make(self, gone: Iterable[tuple[str, Iterable[str]]], come: Iterable[Route[T]]) -> None:
        for template, methods in gone:
            self._remove(template, methods)
        for template, methods, target in come:
            self._add(template, methods, target)

    def _add(self, template: str, methods: Iterable[str], target: T) -> None:
        *_, node = self._way(template)
        segments = template.split("/")[1:]
        names = tuple(segment[1:-1] for segment in segments if _is_parameter(segment))
        end = _End(target, names)
        for method in methods:
            node.ends[method] = end
        if not names:
            self._literal[template] = node.ends

    def _remove(self, template: str, methods: Iterable[str]) -> None:
        way = self._way(template)
        node = way[-1]
        for method in methods:
            node.ends.pop(method, None)
        if template in self._literal:
            self._literal[template] = node.ends
            if not node.ends:
                del self._literal[template]
        segments = template.split("/")[1:]
        for parent, segment in zip(reversed(way[:-1]), reversed(segments), strict=True):
            if _is_parameter(segment):
                if parent.any_child is not None and parent.any_child.empty:
                    parent.any_child = None
            elif parent.children[segment].empty:
                del parent.children[segment]

    def _way(self, template: str) -> list[_Node[T]]:
        """The nodes from the root to where a template ends, all of them this change's own."""
        way = [self._root]
        for segment in template.split("/")[1:]:
            parent = way[-1]
            if _is_parameter(segment):
                node = parent.any_child = self._owned(parent.any_child)
            else:
                node = parent.children[segment] = self._owned(parent.children.get(segment))
            way.append(node)
        return way

    def _owned(self, node: _Node[T] | None) -> _Node[T]:
        if node is not None and id(node) in self._own:
            return node
        owned: _Node[T] = _Node() if node is None else node.copy()
        self._own.add(id(owned))
        return owned


def _is_parameter(segment: str) -> bool:
    return segment.startswith("{") and segment.endswith("}")
