"""Third-party packages in one worker: what its services can import."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from importlib.metadata import distributions
from pathlib import Path

from zato.config.configuration import Configuration
from zato.config.package_set import Declared, declared
from zato.core.requirements import normalised
from zato.deployment.loader.names import installed_have_changed
from zato.host.packages import PackageSets


class WorkerPackages:
    """Puts the declared set onto sys.path, behind all that is Zato's own, as soon as this machine has all of it."""

    def __init__(self, sets: PackageSets) -> None:
        self.sets = sets
        self._declared: Declared | None = None
        self._lacks = False
        self._outdated: tuple[str, ...] = ()
        self.directory: Path | None = None
        """What is on sys.path now."""

    def use(self, configuration: Configuration) -> bool:
        """Go by this configuration; True where what can be imported has changed."""
        self._declared = declared(configuration)
        return self.look()

    def look(self) -> bool:
        """Whether what is declared has come since the last look. Until it is whole, the set before stays."""
        wanted = self._declared
        self._lacks = wanted is not None and not self.sets.is_complete(wanted.packages)
        if self._lacks:
            return False
        directory = None if wanted is None else self.sets.directory(wanted.packages)
        if directory == self.directory:
            return False
        if self.directory is not None and str(self.directory) in sys.path:
            sys.path.remove(str(self.directory))
        if directory is not None:
            sys.path.append(str(directory))
        self.directory = directory
        importlib.invalidate_caches()
        installed_have_changed()
        self._outdated = tuple(self._kept_from_before())
        return True

    @property
    def problems(self) -> tuple[str, ...]:
        """What is not as it is declared, in sentences."""
        found = []
        if self._lacks:
            found.append(
                "This server does not have the declared packages yet and goes on with those of before; zato packages "
                "list says why."
            )
        if self._outdated:
            found.append(
                f"A worker goes on with packages as they were when it imported them: {', '.join(self._outdated)}. To "
                "have them as they are now, start the servers again one after the other, on an appliance with: "
                "systemctl reload zato-server@N"
            )
        return tuple(found)

    def _kept_from_before(self) -> Iterator[str]:
        """Packages whose modules are loaded from another set, which has them in another version.

        What was removed is no fault: nothing that is deployed needs it, and a loaded module does no harm.
        """
        loaded: dict[Path, set[str]] = {}
        for name, module in sys.modules.copy().items():
            file = getattr(module, "__file__", None)
            if not isinstance(file, str) or not file.startswith(f"{self.sets.root}/"):
                continue
            directory = self.sets.root / Path(file).relative_to(self.sets.root).parts[0] / "site-packages"
            if directory != self.directory:
                loaded.setdefault(directory, set()).add(name.partition(".")[0])
        new = {} if self.directory is None else _versions(self.directory)
        for directory, names in loaded.items():
            for package, version in sorted(_versions(directory).items()):
                if new.get(package, version) != version and names & _top_level(directory, package):
                    yield f"{package} {version}, now {new[package]}"


def _versions(directory: Path) -> dict[str, str]:
    return {normalised(each.metadata["Name"]): each.version for each in distributions(path=[str(directory)])}


def _top_level(directory: Path, package: str) -> set[str]:
    for each in distributions(path=[str(directory)]):
        if normalised(each.metadata["Name"]) == package:
            return {file.parts[0].removesuffix(".py") for file in each.files or ()}
    return set()
