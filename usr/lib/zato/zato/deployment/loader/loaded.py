"""One loading of one file, the services that it has, and its end."""

from __future__ import annotations

import linecache
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType, ModuleType

from zato.deployment.loader.importer import Version, leave
from zato.deployment.loader.source import DeploymentSource
from zato.service.base import Service
from zato.service.io import IOModel


@dataclass(frozen=True, slots=True)
class ServiceEntry:
    """A service that can be invoked. `module` is the logical name ("shop.orders").

    `input` and `output` are None where the service declares none.
    """

    name: str
    implementation: type[Service]
    module: str
    file_name: str
    deployment_id: int
    input: IOModel | None
    output: IOModel | None


class LoadedFile:
    """A file whose modules are in sys.modules. Once nothing refers to it, sys.modules and linecache forget them.

    Only code sets refer to it, never its own modules: sys.modules would keep it alive for good. `modules` are by
    logical name, `imports` what they imported or may import, `lines` where each service's class begins.
    """

    __slots__ = ("__weakref__", "imports", "lines", "modules", "release", "services", "source")

    def __init__(self, source: DeploymentSource, version: Version) -> None:
        self.source = source
        self.imports: frozenset[str] = source.imports
        self.modules: Mapping[str, ModuleType] = MappingProxyType({})
        self.services: tuple[ServiceEntry, ...] = ()
        self.lines: Mapping[str, int | None] = MappingProxyType({})
        self.release = weakref.finalize(
            self, _forget, tuple(version.by_key), tuple(module.path for module in source.modules.values())
        )
        self.release.atexit = False


def _forget(keys: Sequence[str], paths: Sequence[str]) -> None:
    leave(keys)
    for path in paths:  # filled by tracebacks; another loading of the same source fills it again
        linecache.cache.pop(path, None)


def dependents(files: Mapping[str, LoadedFile], names: frozenset[str]) -> frozenset[str]:
    """Those of `files` that import any of these top-level names, directly or through one another."""
    found: set[str] = set()
    while True:
        more = {name for name, file in files.items() if name not in found and not names.isdisjoint(file.imports)}
        if not more:
            return frozenset(found)
        found |= more
        names = names.union(*(files[name].source.top_level for name in more))
