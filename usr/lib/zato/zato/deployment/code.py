"""Which code a configuration activates, and loading it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from zato.config.configuration import Configuration
from zato.config.disk import DiskSnapshot
from zato.config.kinds import DeploymentVersion
from zato.core.errors import ZatoError
from zato.deployment.attempt import Attempt
from zato.deployment.loader import CodeSet, DeploymentSource, Refusal, parse
from zato.deployment.loader.compiled import FORM, pack, unpack
from zato.deployment.packages import WorkerPackages
from zato.deployment.versions import Versions, active_versions
from zato.host.logs import get_logger
from zato.odb.deployments import Deployments

_log = get_logger("zato.code")
_RETRY_SECONDS = 10.0


class CodeNotLoaded(ZatoError):
    """A configuration activates code that this worker does not have yet, or cannot load now."""

    code = "code-not-loaded"
    retriable = True


@dataclass(slots=True)
class _Loading:
    """An attempt to load, beside `running`, what no staging has prepared."""

    running: CodeSet
    wanted: Mapping[str, int]
    attempt: Attempt
    loaded: list[CodeSet]
    again_at: float = math.inf


class CodeLoader:
    """Gets the active versions' sources from the ODB, or from this server's disk while the ODB is away."""

    def __init__(
        self,
        deployments: Deployments,
        disk: DiskSnapshot,
        packages: WorkerPackages | None = None,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._packages = packages
        self._deployments = deployments
        self._disk = disk
        self._monotonic = monotonic
        self._staged: tuple[CodeSet, CodeSet] | None = None
        self._loading: _Loading | None = None
        self._left_out: dict[str, tuple[int, str]] = {}

    @property
    def problems(self) -> tuple[str, ...]:
        """A sentence for each active file that could not be loaded when the worker started, and what packages lack."""
        of_packages = () if self._packages is None else self._packages.problems
        return (*(sentence for _, sentence in self._left_out.values()), *of_packages)

    def packages_have_come(self) -> bool:
        """Whether packages are there now that files may have been left out for: they are to be loaded again."""
        if self._packages is None or not self._packages.look():
            return False
        again = bool(self._left_out)
        self._left_out = {}
        return again

    def stage(self, file_name: str, digest: str, deployment_id: int, running: CodeSet) -> None:
        """Load a version beside what runs, to have it when it is activated. Raises DeploymentRefused."""
        self.packages_have_come()
        source = self._source(digest, deployment_id)
        self._staged = (running, running.changed([parse(file_name, source, deployment_id)]))

    def stage_all(self, wanted: Versions, running: CodeSet) -> None:
        """Load everything that differs from what runs as one, to have it when it is activated. Raises as `stage`."""
        self._staged = (running, self._changed(wanted, running))

    def load(self, configuration: Configuration, running: CodeSet) -> CodeSet:
        """The code that `configuration` activates. Raises CodeNotLoaded as long as that cannot be had beside what runs.

        At a start, files that cannot be loaded are left out until they are replaced: see `problems`.
        """
        active = active_versions(configuration)
        if self._packages is not None and self._packages.use(configuration):
            self._left_out = {}
        self._left_out = {
            name: known
            for name, known in self._left_out.items()
            if name in active and active[name].deployment_id == known[0]
        }
        wanted = {name: version for name, version in active.items() if name not in self._left_out}
        ids = _ids(wanted)
        if ids == _loaded(running):
            return running
        if self._staged is not None and self._staged[0] is running and _loaded(self._staged[1]) == ids:
            return self._staged[1]
        return self._load_beside(wanted, running) if running.files else self._load_from_nothing(wanted)

    def keep_sources(self, configuration: Configuration, codes: CodeSet) -> None:
        """Have on disk what a start without the ODB needs, and nothing else."""
        for file in codes.files.values():
            self._disk.save_source(file.source.data)
            name = _compiled_name(file.source.sha256, file.source.deployment_id)
            self._disk.save_beside_source(name, partial(pack, file.source.compiled))
        versions = active_versions(configuration).values()
        self._disk.forget_sources(
            name
            for version in versions
            for name in (version.sha256, _compiled_name(version.sha256, version.deployment_id))
        )

    def _load_from_nothing(self, wanted: Versions) -> CodeSet:
        codes, refusals = CodeSet.of([self._parsed(name, version) for name, version in wanted.items()])
        for refusal in refusals:
            _log.error("A deployed file cannot be loaded", reason=str(refusal))
        for name, version in wanted.items():
            if name not in codes.files:
                sentence = (
                    f"A worker runs without {name}, which it could not load when it started: "
                    f"{_reason(name, refusals)} Deploy a version that works, or start the server again."
                )
                self._left_out[name] = (version.deployment_id, sentence)
        return codes

    def _load_beside(self, wanted: Versions, running: CodeSet) -> CodeSet:
        """In a thread of its own: what hangs must not stop the worker's heart-beat."""
        ids, now = _ids(wanted), self._monotonic()
        loading = self._loading
        if loading is None or loading.running is not running or loading.wanted != ids or now >= loading.again_at:
            loaded: list[CodeSet] = []
            attempt = Attempt(lambda: loaded.append(self._changed(wanted, running)))
            loading = self._loading = _Loading(running, ids, attempt, loaded)
        try:
            outcome = loading.attempt.outcome()
        except ZatoError:
            self._loading = None
            raise
        if outcome is None:
            raise CodeNotLoaded("The code of this configuration is still being loaded; what ran before goes on.")
        if not outcome.ok:
            loading.again_at = min(loading.again_at, now + _RETRY_SECONDS)
            raise CodeNotLoaded(
                f"The code of this configuration cannot be loaded, what ran before goes on. {outcome.reason}"
            )
        self._loading = None
        return loading.loaded[0]

    def _changed(self, wanted: Versions, running: CodeSet) -> CodeSet:
        have = _loaded(running)
        sources = [self._parsed(name, it) for name, it in wanted.items() if have.get(name) != it.deployment_id]
        return running.changed(sources, [name for name in have if name not in wanted])

    def _parsed(self, name: str, version: DeploymentVersion) -> DeploymentSource:
        data = self._source(version.sha256, version.deployment_id)
        packed = self._disk.load_beside_source(_compiled_name(version.sha256, version.deployment_id))
        return parse(name, data, version.deployment_id, {} if packed is None else unpack(packed))

    def _source(self, digest: str, deployment_id: int) -> bytes:
        source = self._disk.load_source(digest)
        if source is None:
            source = self._deployments.source(deployment_id)
            self._disk.save_source(source)
        return source


def _compiled_name(digest: str, deployment_id: int) -> str:
    """The number is in the paths that tracebacks show."""
    return f"{digest}.{deployment_id}.{FORM}"


def _reason(file_name: str, refusals: tuple[Refusal, ...]) -> str:
    return next((str(one) for one in refusals if (one.file or "").startswith(file_name)), "see its log.")


def _ids(versions: Versions) -> dict[str, int]:
    return {name: version.deployment_id for name, version in versions.items()}


def _loaded(codes: CodeSet) -> dict[str, int]:
    return {name: file.source.deployment_id for name, file in codes.files.items()}
