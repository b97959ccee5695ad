"""Which classes of a loaded module are services."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from inspect import isfunction
from types import ModuleType

from zato.deployment.loader.names import check_service_name
from zato.deployment.loader.source import ModuleSource
from zato.service.base import Service, derived_name
from zato.service.invocable import METHODS

_HANDLER = re.compile(r"handle(_[A-Z]+)?")
# "handel" and "handler" are as alike to "handle" as that
_ALIKE = 0.8


def services_in(module: ModuleType, source: ModuleSource, file: str) -> Iterator[tuple[str, type[Service], int | None]]:
    """Name, class and line of each service that the module defines itself, in the order of their definition.

    A service is a subclass of Service with a `handle` or `handle_VERB` of its own or of a deployed base class;
    what the module has only imported belongs to where it was defined, and an abstract class is one for others to derive
    from. Raises DeploymentRefused for a bad name.
    """
    seen: set[type[Service]] = set()
    for value in list(vars(module).values()):
        if not (isinstance(value, type) and issubclass(value, Service)) or value in seen:
            continue
        seen.add(value)
        if value.__module__ != module.__name__ or not _has_handler(value) or _is_abstract(value):
            continue
        line = source.class_lines.get(value.__name__)
        # A name that is inherited is the base class's own.
        own = vars(value).get("name") or derived_name(source.name, value.__name__)
        value.name = check_service_name(own, file, line)  # what the class says of itself must not show our module key
        yield value.name, value, line


def unfinished_in(module: ModuleType) -> type[Service] | None:
    """A class of the module's own that is derived from Service, is not abstract and has nothing that handles."""
    for value in vars(module).values():
        if not (isinstance(value, type) and issubclass(value, Service)) or value.__module__ != module.__name__:
            continue
        if not _has_handler(value) and not _is_abstract(value):
            return value
    return None


def misspelt_in(module: ModuleType) -> tuple[type[Service], str] | None:
    """A class of the module's own that would be a service, were one of its methods not misspelt; and that method."""
    own = [value for value in vars(module).values() if isinstance(value, type) and issubclass(value, Service)]
    for value in own:
        is_base = any(issubclass(other, value) for other in own if other is not value)
        if value.__module__ != module.__name__ or is_base or _has_handler(value) or _is_abstract(value):
            continue
        for name, attribute in vars(value).items():
            if isfunction(attribute) and attribute.__code__.co_argcount == 1 and _is_misspelt(name):
                return value, name
    return None


def _is_misspelt(name: str) -> bool:
    plain = name.replace("_", "").casefold()
    if plain.removeprefix("handle") in {"", *map(str.casefold, METHODS)} and plain.startswith("handle"):
        return True
    return "_" not in name and SequenceMatcher(None, plain, "handle").ratio() >= _ALIKE


def _is_abstract(implementation: type[Service]) -> bool:
    """Whether it has an abstract method, with abc.ABC among its bases or without."""
    seen: set[str] = set()
    for base in implementation.__mro__:
        own = vars(base)
        for name in own.keys() - seen:
            if getattr(own[name], "__isabstractmethod__", False) is True:
                return True
        seen.update(own)
    return False


def _has_handler(implementation: type[Service]) -> bool:
    return any(
        _HANDLER.fullmatch(attribute) is not None
        for base in implementation.__mro__
        if not base.__module__.startswith("zato.") and base is not object
        for attribute in vars(base)
    )
