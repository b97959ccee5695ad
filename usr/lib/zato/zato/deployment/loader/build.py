"""Making a code set from another one: what has to be imported again, in which order, and what speaks against it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType, ModuleType, TracebackType

from zato.core.errors import InvalidInput
from zato.deployment.loader.discovery import misspelt_in, services_in, unfinished_in
from zato.deployment.loader.importer import Version, enter, load
from zato.deployment.loader.loaded import LoadedFile, ServiceEntry, dependents
from zato.deployment.loader.locate import explain, refusal_of
from zato.deployment.loader.refusal import DeploymentRefused, Refusal, refuse
from zato.deployment.loader.source import DeploymentSource
from zato.service.base import Service
from zato.service.invocable import check_invocable
from zato.service.io import io_of


def build(
    current: Mapping[str, LoadedFile], replace: Sequence[DeploymentSource], remove: frozenset[str], *, tolerant: bool
) -> tuple[Mapping[str, LoadedFile], tuple[Refusal, ...]]:
    """The new set of files. `tolerant` leaves out what fails and tells why; otherwise the first failure is raised."""
    changing = {source.file_name: source for source in replace}
    touched = frozenset[str]().union(
        *(source.top_level for source in replace),
        *(current[name].source.top_level for name in {*changing, *remove} if name in current),
    )
    kept = {name: file for name, file in current.items() if name not in changing and name not in remove}
    again = {name: kept.pop(name) for name in sorted(dependents(current, touched)) if name in kept}
    attempt = _Build(kept, changing, {name: file.source for name, file in again.items()}, remove, tolerant=tolerant)
    attempt.reserve(_owners(again))
    return attempt.run()


def build_trial(
    candidates: Sequence[DeploymentSource], others: Sequence[DeploymentSource], service_owners: Mapping[str, str]
) -> Mapping[str, LoadedFile]:
    """Loads all of them anew; `candidates` are blamed where they do not fit together."""
    again = {source.file_name: source for source in others}
    changing = {source.file_name: source for source in candidates}
    attempt = _Build({}, changing, again, frozenset(), tolerant=False)
    attempt.reserve(service_owners)
    return attempt.run()[0]


def _owners(files: Mapping[str, LoadedFile]) -> dict[str, str]:
    return {entry.name: entry.file_name for file in files.values() for entry in file.services}


class _Build:
    """One attempt. `changing` are the files whose change is asked for, `again` those that import them."""

    def __init__(
        self,
        kept: Mapping[str, LoadedFile],
        changing: Mapping[str, DeploymentSource],
        again: Mapping[str, DeploymentSource],
        removed: frozenset[str],
        *,
        tolerant: bool,
    ) -> None:
        self._files = dict(kept)
        self._changing = changing
        self._again = again
        self._changes = ", ".join(sorted({*changing, *removed}))
        self._tolerant = tolerant
        self._refusals: list[Refusal] = []
        self._owners = {top: name for name, file in kept.items() for top in file.source.top_level}
        self._owners |= {top: name for name, source in again.items() for top in source.top_level}
        self._services = _owners(kept)
        self._names = {
            name: module.__name__ for file in kept.values() for name, module in file.modules.items() if "." not in name
        }

    def reserve(self, owners: Mapping[str, str]) -> None:
        """Say which files own which services, apart from the files that are kept."""
        self._services.update(owners)

    def run(self) -> tuple[Mapping[str, LoadedFile], tuple[Refusal, ...]]:
        loading: dict[str, tuple[LoadedFile, Version]] = {}
        try:
            # All files are entered before any is executed, so that they may import one another in any order.
            for source in (*self._changing.values(), *self._again.values()):
                try:
                    loading[source.file_name] = self._enter(source)
                except DeploymentRefused as error:
                    self._failed(error.refusal)
            for file, version in loading.values():
                try:
                    self._load(file, version)
                    self._files[file.source.file_name] = file
                except BaseException as error:  # noqa: BLE001 - SystemExit and the like come from the file
                    self._failed(self._refusal(error, file.source))
                    self._forget(file, version)
            for file, version in loading.values():
                self._settle(file, version)
        except BaseException:
            for file, _ in loading.values():
                file.release()
            raise
        return self._files, tuple(self._refusals)

    def _enter(self, source: DeploymentSource) -> tuple[LoadedFile, Version]:
        for top in sorted(source.top_level):
            owner = self._owners.setdefault(top, source.file_name)
            if owner != source.file_name:
                raise refuse(
                    "module-name-taken",
                    f"The module {top!r} is in {owner} already; undeploy that file or rename the module.",
                    source.file_name,
                )
        version = Version(source, self._names)
        for top in source.top_level:
            self._names[top] = version.key(top)
        file = LoadedFile(source, version)
        enter(version)
        return file, version

    def _load(self, file: LoadedFile, version: Version) -> None:
        source = file.source
        modules = {name: load(version.key(name)) for name in source.modules}
        entries: list[ServiceEntry] = []
        lines: dict[str, int | None] = {}
        # What was accepted by a release that did not look at this goes on
        demanding = not self._tolerant and source.file_name in self._changing
        for name, module in modules.items():
            module_source = source.modules[name]
            path = module_source.path.removeprefix(source.prefix)
            for service, implementation, line in services_in(module, module_source, path):
                self._check_owner(service, source, path, line, lines)
                if demanding:
                    self._check_invocable(implementation, path, line)
                try:
                    inputs, outputs = io_of(implementation)
                except Exception as error:
                    raise refuse(
                        "io-invalid",
                        f"The declared input or output of service {service!r} cannot be used. {explain(error)}",
                        path,
                        line,
                    ) from error
                entries.append(
                    ServiceEntry(service, implementation, name, source.file_name, source.deployment_id, inputs, outputs)
                )
                lines[service] = line
            if demanding:
                self._check_misspelt(source, name, module)
        if not entries:
            self._check_shared(source, modules)
        file.modules, file.services, file.lines = MappingProxyType(modules), tuple(entries), MappingProxyType(lines)
        self._services.update((entry.name, entry.file_name) for entry in entries)

    def _check_invocable(self, implementation: type[Service], path: str, line: int | None) -> None:
        try:
            check_invocable(implementation)
        except InvalidInput as error:
            raise refuse(error.code, error.message, path, line) from error

    def _check_misspelt(self, source: DeploymentSource, name: str, module: ModuleType) -> None:
        found = misspelt_in(module)
        if found is None:
            return
        implementation, method = found
        raise refuse(
            "not-invocable",
            f"The class {implementation.__qualname__} is derived from zato.server.service.Service and has no method "
            f"named handle, but one named {method}, which is never called; rename it. Methods for HTTP methods are "
            "called handle_GET, handle_POST and so on.",
            source.modules[name].path.removeprefix(source.prefix),
            source.modules[name].class_lines.get(implementation.__name__),
        )

    def _check_shared(self, source: DeploymentSource, modules: Mapping[str, ModuleType]) -> None:
        """A file without a service is there for others to import, unless it has what was meant to be one."""
        for name, module in modules.items():
            found = unfinished_in(module)
            if found is not None:
                raise refuse(
                    "no-service",
                    f"{source.file_name} has no service: the class {found.__name__} is derived from "
                    "zato.server.service.Service and has no method named handle. A class for others to derive from "
                    "says so by an abstract one (abc.abstractmethod).",
                    source.modules[name].path.removeprefix(source.prefix),
                    source.modules[name].class_lines.get(found.__name__),
                )

    def _check_owner(
        self, service: str, source: DeploymentSource, path: str, line: int | None, own: Mapping[str, int | None]
    ) -> None:
        if service in own:
            raise refuse(
                "duplicate-service",
                f"Two services in {source.file_name} have the name {service!r}, the other one in line {own[service]}.",
                path,
                line,
            )
        owner = self._services.get(service, source.file_name)
        if owner != source.file_name:
            raise refuse(
                "service-name-taken",
                f"The service name {service!r} belongs to {owner}; choose another name or undeploy that file.",
                path,
                line,
            )

    def _refusal(self, error: BaseException, source: DeploymentSource) -> Refusal:
        """Blames the file whose import failed, which another one's import may have caused.

        One that fails only because it was imported anew does not work with the change: the change is refused.
        """
        source = self._importing(error.__traceback__) or source
        refusal = refusal_of(error, source)
        if source.file_name in self._changing:
            return refusal
        return Refusal(
            "dependent-failed",
            f"{source.file_name} imports {self._changes} and does not work with this change: withdraw "
            f"{source.file_name} first, or deploy a version of it that does. {refusal.reason}",
            refusal.file,
            refusal.line,
        )

    def _importing(self, traceback: TracebackType | None) -> DeploymentSource | None:
        owners = {
            module.path: source
            for source in (*self._changing.values(), *self._again.values())
            for module in source.modules.values()
        }
        found = None
        while traceback is not None:
            code = traceback.tb_frame.f_code
            if code.co_name == "<module>":
                found = owners.get(code.co_filename, found)
            traceback = traceback.tb_next
        return found

    def _failed(self, refusal: Refusal) -> None:
        if not self._tolerant:
            raise DeploymentRefused(refusal)
        self._refusals.append(refusal)

    def _forget(self, file: LoadedFile, version: Version) -> None:
        """After a failure in a tolerant build: imports of the file by others fail with a plain ImportError."""
        file.release()
        for top in file.source.top_level:
            if self._names.get(top) == version.key(top):
                del self._names[top]

    def _settle(self, file: LoadedFile, version: Version) -> None:
        file.imports |= version.used
        version.names = {
            top: key for top, key in self._names.items() if top in file.imports or top in file.source.top_level
        }
