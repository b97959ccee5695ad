"""Imports of deployed modules: several versions of a module live side by side in one process.

Each time a file is loaded its modules get names of their own in sys.modules, "shop@7" and "shop@7.orders", which
is what makes dataclasses, msgspec, pickle and typing.get_type_hints work. Code in a deployed module is given an
`__import__` that translates the name in the source, "shop", to the version that the code belongs with. All else,
relative imports, packages, circular imports, is Python's own machinery, which finds such modules through one finder.
"""

from __future__ import annotations

import builtins
import io
import itertools
import sys
import zipfile
from collections.abc import Mapping, MutableMapping, Sequence
from importlib.abc import InspectLoader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.resources.abc import Traversable, TraversableResources
from types import CodeType, ModuleType
from typing import Any

from zato.deployment.loader.source import DeploymentSource, ModuleSource

_import = builtins.__import__
_versions = itertools.count(1)


class Version:
    """One loading of one file: what its modules need as long as their code runs.

    `names` maps the top-level names that the code may import to keys in sys.modules. While loading goes on it has
    every deployed name, and `used` collects those that were asked for; afterwards it has only what the file needs.
    """

    def __init__(self, source: DeploymentSource, names: Mapping[str, str]) -> None:
        self.number = next(_versions)
        self.names = names
        self.used: set[str] = set()
        self.by_key: dict[str, ModuleSource] = {self.key(name): module for name, module in source.modules.items()}
        self.resources = source.resources
        self.archive = source.data if source.resources else b""
        self.builtins = {**builtins.__dict__, "__import__": self._import}

    def key(self, name: str) -> str:
        """The name in sys.modules of one of this file's modules."""
        top, dot, rest = name.partition(".")
        return f"{top}@{self.number}{dot}{rest}"

    def _import(
        self,
        name: str,
        globals: Mapping[str, object] | None = None,
        locals: Mapping[str, object] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        if level == 0:
            top, dot, rest = name.partition(".")
            key = self.names.get(top)
            if key is not None:
                self.used.add(top)
                name = key + dot + rest
        return _import(name, globals, locals, fromlist or (), level)


class _Loader(InspectLoader):
    """Executes one compiled module. Also hands out its source (tracebacks, inspect) and the archive's data files."""

    def __init__(self, version: Version, source: ModuleSource) -> None:
        self._version = version
        self._source = source

    def create_module(self, spec: ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        module.__dict__["__builtins__"] = self._version.builtins
        exec(self._source.code, module.__dict__)  # noqa: S102

    def get_code(self, fullname: str) -> CodeType:
        return self._source.code

    def get_source(self, fullname: str) -> str:
        return self._source.text

    def is_package(self, fullname: str) -> bool:
        return self._source.is_package

    def get_filename(self, fullname: str) -> str:
        return self._source.path

    def get_data(self, path: str) -> bytes:
        """For pkgutil.get_data."""
        try:
            return self._version.resources[path]
        except KeyError:
            raise FileNotFoundError(path) from None

    def get_resource_reader(self, fullname: str) -> TraversableResources:
        """For importlib.resources."""
        return _Resources(self._version.archive, self._source)


class _Resources(TraversableResources):
    def __init__(self, archive: bytes, source: ModuleSource) -> None:
        self._archive = archive
        self._source = source

    def files(self) -> Traversable:
        directory = self._source.name.replace(".", "/") + "/"
        return zipfile.Path(zipfile.ZipFile(io.BytesIO(self._archive)), at=directory)


class _Finder(MetaPathFinder):
    """Finds the modules of loaded files; all other names are left to the finders after it."""

    def __init__(self) -> None:
        self.versions: MutableMapping[str, Version] = {}

    def find_spec(self, fullname: str, path: Any, target: ModuleType | None = None) -> ModuleSpec | None:
        top = fullname.partition(".")[0]
        if "@" not in top:
            return None
        version = self.versions.get(top)
        source = None if version is None else version.by_key.get(fullname)
        if version is None or source is None:
            return None
        spec = ModuleSpec(fullname, _Loader(version, source), origin=source.path, is_package=source.is_package)
        spec.has_location = True
        return spec


_finder = _Finder()


def enter(version: Version) -> None:
    """Make the file's modules importable by their keys."""
    if _finder not in sys.meta_path:
        sys.meta_path.insert(0, _finder)
    for key in version.by_key:
        if "." not in key:
            _finder.versions[key] = version


def load(key: str) -> ModuleType:
    """The module with this key, executed if that has not happened yet. Raises whatever its code raises."""
    _import(key)
    return sys.modules[key]


def leave(keys: Sequence[str]) -> None:
    """Forget a file's modules. Code of theirs that still runs goes on; it only cannot import anything more."""
    for key in keys:
        _finder.versions.pop(key, None)
        sys.modules.pop(key, None)
