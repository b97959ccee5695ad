"""Making a version the active one: one entry in the configuration log, with the moment of the switch in it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from zato.config.kinds import DeploymentVersion
from zato.config.publisher import Publisher
from zato.config.writer import Author
from zato.core.clock import Clock
from zato.core.errors import Conflict, NotFound
from zato.odb.deployments import Deployment
from zato.odb.log import ConfigurationLog
from zato.odb.members import Members

KIND = "deployment"
# Long enough for every worker to see the entry and to prepare its snapshot before the moment comes.
LEAD = timedelta(milliseconds=100)
LIVE = timedelta(seconds=3)


class Activation:
    """Writes the item of kind `deployment`, and knows whether all live workers have applied it."""

    def __init__(self, publisher: Publisher, log: ConfigurationLog, members: Members, clock: Clock) -> None:
        self._publisher = publisher
        self._log = log
        self._members = members
        self._clock = clock

    def active(self, file_name: str) -> tuple[int, DeploymentVersion] | None:
        """Revision and version of what is active under a file's name."""
        try:
            item = self._publisher.get(KIND, file_name)
        except NotFound:
            return None
        assert isinstance(item.value, DeploymentVersion)
        return item.revision, item.value

    def activate(self, deployment: Deployment, by: Author) -> int:
        """The revision from which the deployment is active. Of several callers at once one writes it."""
        known = self.active(deployment.file_name)
        if known is not None and known[1].deployment_id == deployment.id:
            return known[0]
        body: dict[str, Any] = {
            "deployment_id": deployment.id,
            "sha256": deployment.sha256,
            "module": deployment.module,
            "services": list(deployment.services),
            "switch_at": (self._clock.now() + LEAD).isoformat(),
        }
        try:
            if known is None:
                return self._publisher.create(KIND, deployment.file_name, body, by=by).revision
            return self._publisher.update(KIND, deployment.file_name, body, known[0], by=by).revision
        except Conflict as error:
            now = self.active(deployment.file_name)
            if error.code in ("stale-revision", "already-exists") and now and now[1].deployment_id == deployment.id:
                return now[0]
            raise

    def live_workers(self) -> list[str]:
        """Those whose heart-beat is fresh."""
        oldest = self._clock.now() - LIVE
        return [row.worker for row in self._members.workers() if row.beat >= oldest]

    def applied(self, revision: int) -> bool:
        """Whether all live workers serve from `revision` or a later one."""
        oldest = self._clock.now() - LIVE
        return all(row.applied_revision >= revision for row in self._members.workers() if row.beat >= oldest)
