"""Paths of channels: literal segments and {parameters}, and what makes two of them the same route."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from zato.config.kinds.kind import UniqueKey

_PARAMETER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
# What has a meaning of its own in a URL or a pattern, or is not allowed in one (RFC 3986, section 2).
_NOT_LITERAL = re.compile(r"[\s{}?#%\\\"<>^`|\[\]]")


def path_errors(path: str) -> list[str]:
    """What is wrong with a channel's path; each starts with "path: "."""
    if not path.startswith("/"):
        return ["path: it must start with '/'"]
    if path == "/zato" or path.startswith("/zato/"):
        return ["path: '/zato/' belongs to Zato itself; choose another path"]
    if path == "/":
        return []
    if unicodedata.normalize("NFC", path) != path:
        return ["path: its characters are not in the composed form (Unicode NFC)"]
    errors: list[str] = []
    parameters: list[str] = []
    segments = path[1:].split("/")
    for position, segment in enumerate(segments):
        parameter = _PARAMETER.fullmatch(segment)
        if parameter is not None:
            parameters.append(parameter[1])
        elif segment == "":
            if position != len(segments) - 1:
                errors.append("path: it has an empty segment ('//')")
        elif segment in {".", ".."}:
            errors.append("path: the segments '.' and '..' are not allowed, since clients resolve them")
        elif (found := _NOT_LITERAL.search(segment)) is not None:
            errors.append(
                f"path: segment {segment!r} has {found[0]!r}; a segment is either plain text or one whole parameter, "
                "for instance {customer_id}"
            )
    errors.extend(f"path: the parameter {{{name}}} is there twice" for name in _repeated(parameters))
    return errors


def method_errors(methods: tuple[str, ...]) -> list[str]:
    """What is wrong with the methods of a channel."""
    return [f"methods: {method} is there twice" for method in _repeated(methods)]


def route_unique_keys(path: str, methods: Iterable[str], *, active: bool) -> tuple[UniqueKey, ...]:
    """One route for each method, none while inactive; the names of path parameters do not tell routes apart."""
    if not active:
        return ()
    shape = "/".join("{}" if _PARAMETER.fullmatch(segment) else segment for segment in path.split("/"))
    return tuple(UniqueKey(("route", method, shape), "path", f"{method} {path}") for method in methods)


def _repeated(values: Iterable[str]) -> list[str]:
    seen: set[str] = set()
    repeated: list[str] = []
    for value in values:
        if value in seen and value not in repeated:
            repeated.append(value)
        seen.add(value)
    return repeated
