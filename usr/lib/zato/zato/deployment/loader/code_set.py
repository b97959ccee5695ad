"""All deployed code at one moment, as one immutable value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType, ModuleType

from zato.deployment.loader.build import build, build_trial
from zato.deployment.loader.loaded import LoadedFile, ServiceEntry
from zato.deployment.loader.refusal import Refusal
from zato.deployment.loader.source import DeploymentSource, parse
from zato.deployment.loader.uses import Code, UsedIn


@dataclass(frozen=True, slots=True)
class CodeSet:
    """Deployed files by name, their modules by logical name ("shop.orders"), their services by service name.

    A request keeps the code set that it started with, and with it the modules' versions of that time.
    """

    files: Mapping[str, LoadedFile] = field(default_factory=lambda: MappingProxyType({}))
    modules: Mapping[str, ModuleType] = field(default_factory=lambda: MappingProxyType({}))
    services: Mapping[str, ServiceEntry] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def used(self) -> Code:
        """Which services there are, and what their code makes use of."""
        uses = (
            UsedIn(name, module.path.removeprefix(file.source.prefix), use)
            for name, file in self.files.items()
            for module in file.source.modules.values()
            for use in module.uses
        )
        return Code(self.services.keys(), tuple(uses))

    def with_deployment(self, file_name: str, source: bytes, deployment_id: int) -> CodeSet:
        """This code set with the file added or replaced, and what imports it imported anew. Runs the file's code.

        Raises DeploymentRefused, also where a file that imports this one does not work with it any more.
        """
        return self.changed(replace=(parse(file_name, source, deployment_id),))

    def without(self, *file_names: str) -> CodeSet:
        """This code set without the files, or itself. Raises DeploymentRefused where others need them."""
        there = [name for name in file_names if name in self.files]
        return self.changed(remove=there) if there else self

    def needing(self, *file_names: str) -> Sequence[str]:
        """The files that do not work without these, and those that do not work without one of them. Runs their code."""
        left, _ = build(self.files, (), frozenset(file_names), tolerant=True)
        return sorted(self.files.keys() - left.keys() - set(file_names))

    def changed(self, replace: Sequence[DeploymentSource] = (), remove: Sequence[str] = ()) -> CodeSet:
        """Several changes as one: either all of them, or DeploymentRefused for the first that fails."""
        files, _ = build(self.files, replace, frozenset(remove), tolerant=False)
        return _code_set(files)

    @classmethod
    def of(cls, sources: Iterable[DeploymentSource]) -> tuple[CodeSet, tuple[Refusal, ...]]:
        """What of `sources` can be loaded, and why the rest cannot: for a start, which no single file may prevent."""
        files, refusals = build({}, tuple(sources), frozenset(), tolerant=True)
        return _code_set(files), refusals

    @classmethod
    def trial(
        cls,
        candidates: Sequence[DeploymentSource],
        others: Sequence[DeploymentSource],
        service_owners: Mapping[str, str],
    ) -> CodeSet:
        """`candidates` together with `others`, loaded from nothing. Raises DeploymentRefused for `candidates`.

        `service_owners` are the files that have each service now, also those that are not among `others`.
        """
        return _code_set(build_trial(candidates, others, service_owners))


def _code_set(files: Mapping[str, LoadedFile]) -> CodeSet:
    return CodeSet(
        MappingProxyType(dict(files)),
        MappingProxyType({name: module for file in files.values() for name, module in file.modules.items()}),
        MappingProxyType({entry.name: entry for file in files.values() for entry in file.services}),
    )
