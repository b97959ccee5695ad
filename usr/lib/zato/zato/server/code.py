"""Which code a configuration activates, and loading it."""

from __future__ import annotations

from zato.config.configuration import Configuration
from zato.config.disk import DiskSnapshot
from zato.config.kinds import DeploymentVersion
from zato.host.logs import get_logger
from zato.odb.deployments import Deployments
from zato.server.loader import CodeSet, DeploymentRefused, DeploymentSource, parse

_log = get_logger("zato.code")


class CodeLoader:
    """Gets the active versions' sources from the ODB, or from this server's disk while the ODB is away."""

    def __init__(self, deployments: Deployments, disk: DiskSnapshot) -> None:
        self._deployments = deployments
        self._disk = disk
        self._staged: tuple[CodeSet, CodeSet] | None = None

    def stage(self, file_name: str, digest: str, deployment_id: int, running: CodeSet) -> None:
        """Load a version beside what runs, to have it when it is activated. Raises DeploymentRefused."""
        source = self._source(digest, deployment_id)
        self._staged = (running, running.changed([parse(file_name, source, deployment_id)]))

    def load(self, configuration: Configuration, running: CodeSet) -> CodeSet:
        """The code that `configuration` activates. What cannot be loaded stays as it runs now; the log says so."""
        wanted = _wanted(configuration)
        changed = {
            name: version
            for name, version in wanted.items()
            if name not in running.files or running.files[name].source.deployment_id != version.deployment_id
        }
        removed = [name for name in running.files if name not in wanted]
        if not changed and not removed:
            return running
        if self._staged is not None and self._staged[0] is running and _is(self._staged[1], wanted):
            return self._staged[1]
        sources = [self._parsed(name, version) for name, version in changed.items()]
        if not running.files:
            codes, refusals = CodeSet.of(sources)
            for refusal in refusals:
                _log.error("A deployed file cannot be loaded", reason=str(refusal))
            return codes
        try:
            return running.changed(sources, removed)
        except DeploymentRefused as error:
            _log.error("An activated deployment cannot be loaded, the version before it goes on", reason=str(error))
            return running

    def _parsed(self, name: str, version: DeploymentVersion) -> DeploymentSource:
        return parse(name, self._source(version.sha256, version.deployment_id), version.deployment_id)

    def _source(self, digest: str, deployment_id: int) -> bytes:
        source = self._disk.load_source(digest)
        if source is None:
            source = self._deployments.source(deployment_id)
            self._disk.save_source(source)
        return source


def _is(codes: CodeSet, wanted: dict[str, DeploymentVersion]) -> bool:
    loaded = {name: file.source.deployment_id for name, file in codes.files.items()}
    return loaded == {name: version.deployment_id for name, version in wanted.items()}


def _wanted(configuration: Configuration) -> dict[str, DeploymentVersion]:
    return {
        item.name: item.value for item in configuration.all("deployment") if isinstance(item.value, DeploymentVersion)
    }


def switch_time(before: Configuration, after: Configuration) -> float:
    """When the deployments that differ become active, in seconds since the epoch; 0 where none differ."""
    known = _wanted(before)
    return max(
        (version.switch_at.timestamp() for name, version in _wanted(after).items() if known.get(name) != version),
        default=0.0,
    )
