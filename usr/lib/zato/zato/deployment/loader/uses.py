"""What a source names that has to be there when it runs: connections and other services, as far as it can be read."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from zato.connector.registry import outgoing_parts

SERVICE = "service"
"""The kind of a Use that is another service."""
_OUTGOING = ("out", "outgoing")
_INVOKES = ("invoke", "invoke_async")


@dataclass(frozen=True, slots=True)
class Use:
    """`self.out.rest["CRM"]`, `self.invoke("shop.order")`: the kind and the name, and the first line that has it."""

    kind: str
    name: str
    line: int


@dataclass(frozen=True, slots=True)
class UsedIn:
    """What a file uses, and where."""

    file_name: str
    path: str
    use: Use


@dataclass(frozen=True, slots=True)
class Code:
    """What is deployed, as far as it matters here: names of services, and what files use."""

    services: Collection[str]
    uses: tuple[UsedIn, ...]


def uses_in(tree: ast.Module) -> tuple[Use, ...]:
    """Those whose names are written out, or are constants of the module. What is made up while it runs is not seen."""
    constants = _constants(tree)
    found: dict[tuple[str, str], Use] = {}
    for use in _uses(tree, constants):
        known = found.get((use.kind, use.name))
        if known is None or use.line < known.line:
            found[use.kind, use.name] = use
    return tuple(sorted(found.values(), key=lambda use: use.line))


def _uses(tree: ast.Module, constants: Mapping[str, str]) -> Iterator[Use]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript):
            kind, named = _connection(node.value), node.slice
        elif isinstance(node, ast.Call) and node.args and isinstance(node.func, ast.Attribute):
            named = node.args[0]
            kind = _called(node.func)
        else:
            continue
        name = _text(named, constants)
        if kind is not None and name is not None:
            yield Use(kind, name, node.lineno)


def _called(function: ast.Attribute) -> str | None:
    if function.attr in _INVOKES and _is_self(function.value):
        return SERVICE
    return _connection(function.value) if function.attr == "get" else None


def _connection(node: ast.expr) -> str | None:
    """The kind of what is looked up in `self.out.rest` and its like."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute):
        outgoing = node.value
        if outgoing.attr in _OUTGOING and _is_self(outgoing.value):
            return next((part.kind.name for connector, part in outgoing_parts() if connector.name == node.attr), None)
    return None


def _is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "self"


def _constants(tree: ast.Module) -> dict[str, str]:
    """Names that the module gives one text, and nothing else."""
    given: dict[str, set[str | None]] = {}
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        for target in targets:
            if isinstance(target, ast.Name):
                given.setdefault(target.id, set()).add(_text(node.value, {}) if isinstance(node, ast.Assign) else None)
    return {name: text for name, texts in given.items() if len(texts) == 1 for text in texts if text is not None}


def _text(node: ast.expr, constants: Mapping[str, str]) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return constants.get(node.id) if isinstance(node, ast.Name) else None
