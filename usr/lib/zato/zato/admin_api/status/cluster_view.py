"""Reading what an answer about the cluster's state needs: from the ODB, the broker, and the worker that answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from zato.admin_api.running_worker import RunningWorker
from zato.admin_api.status.members import alive
from zato.admin_api.status.seen import Seen
from zato.admin_api.status.siblings import ended
from zato.broker.delivery import Counts
from zato.broker.protocol import DeadLetters
from zato.broker.session import BrokerSession
from zato.cluster.first_administrator import FirstAdministrator
from zato.config.configuration import Configuration
from zato.config.follower import Replaced
from zato.config.package_set import declared
from zato.core.clock import Clock
from zato.core.errors import ZatoError
from zato.odb.deployments import Deployments, DeploymentState
from zato.odb.kept import Kept
from zato.odb.log import ConfigurationLog
from zato.odb.members import Members
from zato.odb.package_reports import PackageReport, PackageReports
from zato.odb.state import State
from zato.pki.renewal import PublicStatus


class ClusterView:
    """The cluster, as one worker sees it."""

    def __init__(
        self,
        *,
        log: ConfigurationLog,
        members: Members,
        deployments: Deployments,
        package_reports: PackageReports,
        first_administrator: FirstAdministrator,
        state: State,
        dead_letters: DeadLetters,
        broker: BrokerSession,
        worker: RunningWorker,
        replaced: Callable[[], Replaced | None],
        kept: Callable[[], Kept | None],
        public: Callable[[datetime], PublicStatus | None],
        clock: Clock,
    ) -> None:
        """`replaced` tells when the ODB was found to be another one, `kept` how much there is in it, `public` of the
        public certificate.
        """
        self._log = log
        self._members = members
        self._deployments = deployments
        self._package_reports = package_reports
        self._first_administrator = first_administrator
        self._state = state
        self._dead_letters = dead_letters
        self._broker = broker
        self._worker = worker
        self._replaced = replaced
        self._kept = kept
        self._public = public
        self._clock = clock

    def look(self) -> Seen:
        """Never raises where the ODB is away: that is when people ask."""
        now, snapshot = self._clock.now(), self._worker.current()
        broker, broker_problem, beat_error = self._broker.label, self._broker.problem, self._worker.problem
        public = self._public(now)
        try:
            revision = self._log.revision()
            servers, workers = self._members.servers(), self._members.workers()
            in_progress = [
                deployment
                for state in (DeploymentState.CHECKING, DeploymentState.STAGED)
                for deployment in self._deployments.in_state(state)
            ]
            applied = [worker.applied_revision for worker in workers if alive(worker, now)]
            messages, messages_error = self._counted()
            missing = self._log.changes_after(min(applied), 1) if applied and min(applied) < revision else []
            return Seen(
                now,
                snapshot,
                broker,
                broker_problem,
                beat_error,
                revision=revision,
                oldest_not_applied=missing[0].at if missing else None,
                servers=servers,
                workers=workers,
                ended=ended(workers),
                in_progress=in_progress,
                first_token_expires=self._first_administrator.valid_until(),
                held=self._state.held(),
                replaced=self._replaced(),
                kept=self._kept(),
                package_reports=self._packages(snapshot.configuration),
                messages=messages,
                messages_error=messages_error,
                public=public,
            )
        except ZatoError as error:
            return Seen(now, snapshot, broker, broker_problem, beat_error, odb_error=error, public=public)

    def at(self, revision: int) -> Configuration:
        """The configuration as it was at a revision. Raises Unavailable."""
        return Configuration.from_items(revision, self._log.items_at(revision))

    def _packages(self, configuration: Configuration) -> Sequence[PackageReport]:
        wanted = declared(configuration)
        if wanted is None:
            return ()
        return [each for each in self._package_reports.all() if each.revision == wanted.revision]

    def _counted(self) -> tuple[Counts | None, ZatoError | None]:
        try:
            return self._dead_letters.counts(), None
        except ZatoError as error:
            return None, error
