"""Deploying what has changed in a folder: one look after the other, each of which says what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

from zato.cli.dev.sources import content, files_in, stamps
from zato.core.errors import Unavailable, ZatoError
from zato.core.finding import Finding
from zato.deployment.loader import DeploymentRefused
from zato.deployment.loader.names import check_file_name

_MISSING_MODULE = "import-failed"


class Api(Protocol):
    """What of zato.client.api.ApiClient is used."""

    def deploy(self, file_name: str, source: bytes) -> dict[str, Any]: ...

    def deploy_together(self, files: Mapping[str, bytes]) -> dict[str, Any]: ...

    def deployment(self, deployment_id: int) -> dict[str, Any]: ...

    def undeploy(self, file_name: str) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Active:
    """A file serves: `serving` of `expected` workers answer by it."""

    file_name: str
    deployment_id: int
    services: tuple[str, ...]
    serving: int
    expected: int
    seconds: float
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """Files are not deployed; the versions before them go on."""

    file_names: tuple[str, ...]
    message: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Gone:
    """A file is not there any more; its services are withdrawn, or stay."""

    file_name: str
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """No server answers; it is tried again."""

    message: str


@dataclass(frozen=True, slots=True)
class Restored:
    """A file that was refused is again what is deployed."""

    file_name: str


Event = Active | Refused | Gone | Waiting | Restored


@dataclass(slots=True)
class DevSession:
    """Looks at a file or a folder; a change is deployed once two looks in a row see the same."""

    path: Path
    api: Api
    undeploys: bool = False
    monotonic: Callable[[], float] = time.monotonic
    _seen: Mapping[Path, tuple[int, int, int]] | None = None
    _handled: Mapping[Path, tuple[int, int, int]] | None = None
    _active: dict[str, str] = field(default_factory=dict)
    """Digests of what was deployed, by name."""
    _refused: dict[str, tuple[str, bool]] = field(default_factory=dict)
    """Digests of what was refused, and whether another file's deployment may mend it."""
    _waits: bool = False

    def look(self) -> Iterator[Event]:
        """What has happened since the last look. Raises InvalidInput where there is nothing to look at."""
        try:
            files = files_in(self.path)
            seen = stamps(files)
            settled, self._seen = seen == self._seen, seen
            if not settled or seen == self._handled:
                return
            contents = {name: content(name, paths, self.path) for name, paths in files.items()}
        except OSError:  # a file is being replaced: the next look finds it
            self._seen = None
            return
        try:
            yield from self._withdraw([name for name in self._active if name not in contents])
            yield from self._deploy(contents)
            self._waits = False
        except Unavailable as error:
            if not self._waits:
                yield Waiting(error.message)
            self._waits = True
            return
        self._handled = seen

    def _withdraw(self, gone: list[str]) -> Iterator[Event]:
        for name in gone:
            if self.undeploys:
                try:
                    self.api.undeploy(name)
                except Unavailable:
                    raise
                except ZatoError as error:
                    del self._active[name]
                    yield Refused((name,), error.message, error.findings)
                    continue
            del self._active[name]
            yield Gone(name, self.undeploys)

    def _deploy(self, contents: Mapping[str, bytes]) -> Iterator[Event]:
        """All that has changed as one; without what is refused, the rest."""
        digests = {name: sha256(data).hexdigest() for name, data in contents.items()}
        for name, digest in digests.items():
            if self._active.get(name) == digest and self._refused.pop(name, None) is not None:
                yield Restored(name)
            elif self._refused.get(name, ("", False))[0] != digest:
                yield from self._named_wrongly(name, digest)
        while True:
            changed = {
                name: contents[name]
                for name, digest in digests.items()
                if self._active.get(name) != digest and self._refused.get(name, ("", False))[0] != digest
            }
            if not changed:
                return
            started = self.monotonic()
            try:
                found = self._sent(changed)
            except Unavailable:
                raise
            except ZatoError as error:
                names = _to_blame(error, changed)
                mendable = any(finding.code == _MISSING_MODULE for finding in error.findings)
                self._refused.update({name: (digests[name], mendable) for name in names})
                yield Refused(tuple(names), error.message, error.findings)
                continue
            seconds = self.monotonic() - started
            for deployment in found:
                name = deployment["file_name"]
                self._active[name] = digests[name]
                self._refused.pop(name, None)
                yield self._activated(deployment, seconds)
            # What was refused for lack of a module may work now that others have come
            self._refused = {name: kept for name, kept in self._refused.items() if not kept[1]}

    def _named_wrongly(self, name: str, digest: str) -> Iterator[Refused]:
        """By itself: the API would refuse all that is sent along with it."""
        try:
            check_file_name(name)
        except DeploymentRefused as error:
            self._refused[name] = (digest, False)
            yield Refused((name,), error.message, error.findings)

    def _sent(self, changed: Mapping[str, bytes]) -> list[dict[str, Any]]:
        if len(changed) == 1:
            ((name, data),) = changed.items()
            return [self.api.deploy(name, data)]
        found: list[dict[str, Any]] = self.api.deploy_together(changed)["deployments"]
        return found

    def _activated(self, deployment: dict[str, Any], seconds: float) -> Active:
        known = self.api.deployment(deployment["id"])
        return Active(
            deployment["file_name"],
            deployment["id"],
            tuple(deployment["services"]),
            len(known.get("serving", ())),
            len(known.get("expected", ())),
            seconds,
            tuple(warning["message"] for warning in deployment.get("warnings") or ()),
        )


def _to_blame(error: ZatoError, changed: Mapping[str, bytes]) -> list[str]:
    """The files that the findings are about; all, where they name none of them."""
    named = {(finding.file or "").partition("/")[0] for finding in error.findings}
    return [name for name in changed if name in named] or list(changed)
