"""The YAML document that exports and imports are made of: kinds, in them names, in them fields.

channel-rest:
  customers.get:
    service: crm.get-customer
    path: /customers/{id}
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import yaml

from zato.core.errors import InvalidInput
from zato.core.visible import visible

MAX_CHARACTERS = 16 * 1024 * 1024
MAX_DEPTH = 16
MAX_VALUES = 1_000_000
"""Each takes several hundred bytes of memory while the document is read, however short it is."""
# In whatever base it is written, it has fewer digits than Python writes (4,300)
_NUMBER_LENGTH_MAX = 3000

Body = dict[str, Any]


def dump(items: Iterable[tuple[str, str, Body]]) -> str:
    """The document of these items (kind, name, fields); the same items give the same text."""
    kinds: dict[str, dict[str, Body]] = {}
    for kind, name, fields in items:
        kinds.setdefault(kind, {})[name] = fields
    return yaml.dump(kinds, Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=False, width=1000)


def load(text: str) -> list[tuple[str, str, Any]]:
    """The items (kind, name, what is given for it) of a document, as yet unchecked.

    Raises InvalidInput as `parse` does. A document that is empty or cut off to nothing is no document: where the
    import replaces all items it would delete them. `{}` is one, without items.
    """
    document = parse(text)
    if document is None:
        raise _invalid("it is empty; write {} for a document without items")
    items: list[tuple[str, str, Any]] = []
    for kind, named in _mapping(document, "the document"):
        for name, body in _mapping(named if named is not None else {}, kind):
            items.append((kind, name, {} if body is None else body))
    return items


def parse(text: str) -> Any:
    """The value of a YAML document.

    Raises InvalidInput where the text is no YAML, or YAML that two readers could understand differently: duplicate
    keys, aliases, tags.
    """
    if len(text) > MAX_CHARACTERS:
        raise _invalid(f"it is longer than {MAX_CHARACTERS} characters")
    try:
        _check_structure(text)
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = "" if mark is None else f" at line {mark.line + 1}, column {mark.column + 1}"
        said = " ".join(part for part in (error.context, error.problem) if part)
        raise _invalid(f"{said}{where}") from error
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise _invalid(str(error).splitlines()[0]) from error


def _mapping(value: Any, what: str) -> list[tuple[str, Any]]:
    if not isinstance(value, dict):
        raise _invalid(f"{what} must be a mapping: kinds at the top, in them names, in them fields")
    for key in value:
        if not isinstance(key, str):
            raise _invalid(f"in {what}, the name {key!r} is not a string; put it in quotes")
    return list(value.items())


def _invalid(reason: str) -> InvalidInput:
    return InvalidInput(f"The YAML document cannot be read: {reason}.", code="invalid-document")


def _check_structure(text: str) -> None:
    """Looks at the flat stream of events first, since building nested objects out of a hostile document may not end."""
    depth = values = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise _at(event, "anchors and aliases are not allowed")
        if isinstance(event, yaml.NodeEvent):
            values += 1
            if values > MAX_VALUES:
                raise _at(event, f"it has more than {MAX_VALUES} values")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise _at(event, "it is nested too deeply")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _at(place: yaml.Event | yaml.Node, problem: str) -> yaml.MarkedYAMLError:
    mark: Any = place.start_mark
    return yaml.MarkedYAMLError(problem=problem, problem_mark=mark)


class _Loader(yaml.CSafeLoader):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = (key_node.tag, key_node.value) if isinstance(key_node, yaml.ScalarNode) else None
            if key is None or key in seen:
                problem = "the key is not a scalar" if key is None else f"the key {key_node.value!r} is there twice"
                raise _at(key_node, problem)
            seen.add(key)
        return super().construct_mapping(node, deep=deep)

    def _number(self, node: yaml.ScalarNode) -> Any:
        # Of base sixty (1:30:00) the library takes the square of the length
        if len(node.value) > _NUMBER_LENGTH_MAX:
            raise _at(node, f"the number has more than {_NUMBER_LENGTH_MAX} digits")
        construct = self.construct_yaml_int if node.tag.endswith(":int") else self.construct_yaml_float
        return construct(node)


for _tag in ("int", "float"):
    _Loader.add_constructor(f"tag:yaml.org,2002:{_tag}", _Loader._number)


class _Dumper(yaml.CSafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represent_text(dumper: yaml.CSafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    if visible(text) != text:  # between these an escape means what it stands for: a command shows it so
        style = '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_text)
