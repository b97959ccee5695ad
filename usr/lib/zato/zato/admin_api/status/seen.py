"""What was read for one answer about the cluster's state, once, for all that is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from zato.broker.delivery import Counts
from zato.config.configuration import Configuration
from zato.config.follower import Replaced
from zato.core.errors import ZatoError
from zato.odb.deployments import Deployment
from zato.odb.kept import Kept
from zato.odb.members import ServerRow, WorkerRow
from zato.odb.package_reports import PackageReport
from zato.odb.state import Held
from zato.pki.renewal import PublicStatus
from zato.serving.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Seen:
    """What this worker serves from, and what the ODB says, as far as it answers."""

    now: datetime
    snapshot: Snapshot
    broker: str
    """Which one it is."""
    broker_problem: str | None
    """A sentence while this worker does not reach it."""
    beat_error: ZatoError | None
    """Why the ODB does not take this worker's heart-beat."""
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
    package_reports: Sequence[PackageReport] = ()
    """What servers have said of the packages that are declared now."""
    messages: Counts | None = None
    messages_error: ZatoError | None = None
    """Why nobody tells how many messages there are, though the ODB answers."""

    public: PublicStatus | None = None
    """The public certificate, where the machine of the worker that answers has the balancer and one was given."""

    @property
    def configuration(self) -> Configuration:
        """What requests are served by now."""
        return self.snapshot.configuration
