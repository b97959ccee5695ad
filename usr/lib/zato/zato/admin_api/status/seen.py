"""What was read for one answer about the cluster's state, once, for all that is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from zato.admin_api.collaborators import AdminCollaborators, ServesFrom
from zato.admin_api.status.members import alive
from zato.admin_api.status.siblings import ended
from zato.broker.message import Counts
from zato.broker.protocol import Letters
from zato.config.configuration import Configuration
from zato.config.follower import Replaced
from zato.core.errors import ZatoError
from zato.odb.deployments import Deployment, DeploymentState
from zato.odb.kept import Kept
from zato.odb.members import ServerRow, WorkerRow
from zato.odb.state import Held


@dataclass(frozen=True, slots=True)
class Seen:
    """What this worker serves from, and what the ODB says, as far as it answers."""

    now: datetime
    snapshot: ServesFrom
    odb_error: ZatoError | None = None
    """Why the ODB does not tell the rest of this."""
    revision: int = 0
    oldest_not_applied: datetime | None = None
    """The time of the first change that some living worker has not applied."""
    servers: Sequence[ServerRow] = ()
    workers: Sequence[WorkerRow] = ()
    ended: frozenset[str] = frozenset()
    """Workers of the server that answers which are listed, and whose processes have ended."""
    in_progress: Sequence[Deployment] = ()
    first_token_expires: datetime | None = None
    held: Held | None = None
    replaced: Replaced | None = None
    kept: Kept | None = None
    messages: Counts | None = None
    messages_error: ZatoError | None = None
    """Why nobody tells how many messages there are, though the ODB answers."""

    @property
    def configuration(self) -> Configuration:
        """What requests are served by now."""
        return self.snapshot.configuration


def look(given: AdminCollaborators) -> Seen:
    """Never raises where the ODB is away: that is when people ask."""
    now, snapshot = given.clock.now(), given.worker.current()
    try:
        revision = given.log.revision()
        servers, workers = given.members.servers(), given.members.workers()
        in_progress = [
            deployment
            for state in (DeploymentState.CHECKING, DeploymentState.STAGED)
            for deployment in given.deployments.in_state(state)
        ]
        applied = [worker.applied_revision for worker in workers if alive(worker, now)]
        messages, messages_error = _counted(given.letters)
        missing = given.log.changes_after(min(applied), 1) if applied and min(applied) < revision else []
        return Seen(
            now,
            snapshot,
            revision=revision,
            oldest_not_applied=missing[0].at if missing else None,
            servers=servers,
            workers=workers,
            ended=ended(workers),
            in_progress=in_progress,
            first_token_expires=given.first_administrator.valid_until(),
            held=given.state.held(),
            replaced=given.replaced(),
            kept=given.kept(),
            messages=messages,
            messages_error=messages_error,
        )
    except ZatoError as error:
        return Seen(now, snapshot, odb_error=error)


def _counted(letters: Letters) -> tuple[Counts | None, ZatoError | None]:
    try:
        return letters.counts(), None
    except ZatoError as error:
        return None, error
