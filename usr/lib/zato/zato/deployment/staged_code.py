"""Loading what is staged beside the code that runs."""

from __future__ import annotations

from collections.abc import Callable

from zato.config.configuration import Configuration
from zato.deployment.code import CodeLoader
from zato.deployment.loader import CodeSet
from zato.deployment.versions import active_versions, with_deployments
from zato.odb.deployments import Deployment, Deployments
from zato.odb.log import ConfigurationLog
from zato.odb.stagings import Staging


class StagedCode:
    """What a worker's stagers load with. Raises DeploymentRefused where it cannot, Unavailable without the ODB."""

    def __init__(
        self, code: CodeLoader, log: ConfigurationLog, deployments: Deployments, running: Callable[[], CodeSet]
    ) -> None:
        self._code = code
        self._log = log
        self._deployments = deployments
        self._running = running

    def load(self, deployment: Deployment) -> None:
        """Loads one file's version."""
        self._code.stage(deployment.file_name, deployment.sha256, deployment.id, self._running())

    def load_all(self, staging: Staging) -> None:
        """Loads all that a staging asks for, as one."""
        then = Configuration.from_items(staging.revision, self._log.items_at(staging.revision))
        staged = map(self._deployments.get, staging.deployments)
        self._code.stage_all(with_deployments(active_versions(then), staged, staging.started), self._running())
