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
        source = self._disk.load_source(version.sha256)
        if source is None:
            source = self._deployments.source(version.deployment_id)
            self._disk.save_source(source)
        return parse(name, source, version.deployment_id)


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
