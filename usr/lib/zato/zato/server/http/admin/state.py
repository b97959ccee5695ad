"""What the cluster is doing: status, audit log, and who is asking."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from zato.config.balancing import kept_in_use
from zato.config.configuration import Configuration
from zato.core.errors import Unavailable
from zato.odb.deployments import Deployment, DeploymentState
from zato.odb.members import WorkerRow
from zato.security.authorisation import Right
from zato.server.http.admin import health, shapes
from zato.server.http.admin.collaborators import AdminCollaborators
from zato.server.http.admin.deployments import shown
from zato.server.http.admin.route import Answer, Call, Route
from zato.server.versions import active_versions


class StateOperations:
    """Handlers of the routes about the cluster's state."""

    def __init__(self, collaborators: AdminCollaborators) -> None:
        self._log = collaborators.log
        self._members = collaborators.members
        self._deployments = collaborators.deployments
        self._audit = collaborators.audit
        self._broker = collaborators.broker
        self._worker = collaborators.worker
        self._first = collaborators.first_administrator
        self._letters = collaborators.letters
        self._clock = collaborators.clock
        self._version = collaborators.version

    def routes(self) -> tuple[Route, ...]:
        """The routes, for the table of all."""
        return (
            Route("GET", "/zato/api/status", "status", "State of the cluster", self.status, Right.READ, shapes.Status),
            Route(
                "GET",
                "/zato/api/audit",
                "audit",
                "Who did what, newest first",
                self.audit,
                Right.READ,
                shapes.Audit,
                query=shapes.AuditQuery,
            ),
            Route("GET", "/zato/api/whoami", "whoami", "Who is asking", self.whoami, Right.KNOW_ONESELF, shapes.WhoAmI),
        )

    def status(self, call: Call) -> Answer:
        """Answers 200 with the ODB away, too: that is when operators ask."""
        snapshot = self._worker.current()
        applied = snapshot.configuration.revision
        problems = list(snapshot.problems)
        servers: list[shapes.Server] = []
        in_progress: list[Deployment] = []
        token_expires: datetime | None = None
        messages: shapes.Messages | None = None
        broker_problem = self._broker.problem
        if broker_problem is not None:
            problems.append(
                f"{broker_problem} Requests go on; changes are looked for in the ODB, and asynchronous invocations "
                "are kept there."
            )
        try:
            odb = shapes.Odb(ok=True, revision=self._log.revision())
            token_expires = self._first.valid_until()
            servers, in_progress, found = self._members_and_problems(odb.revision or 0)
            problems += found
            kept = kept_in_use(snapshot.configuration, {f"server-{server.number}" for server in servers})
            if kept is not None:
                problems.append(
                    f"All servers are inactive or drain; the balancer goes on using {kept}, or nothing would answer. "
                    f"Have one take requests: zato config set server {kept} active=true drain=false"
                )
        except Unavailable as error:
            odb = shapes.Odb(ok=False, revision=None, message=error.message)
            problems.append(f"{error.message} Requests go on with what the servers know; changes are refused.")
        if odb.ok:
            messages, found = self._messages()
            problems += found if broker_problem is None else []
        return Answer(
            shapes.Status(
                ok=not problems,
                problems=problems,
                version=self._version,
                broker=self._broker.label,
                broker_problem=broker_problem,
                messages=messages,
                odb=odb,
                applied_revision=applied,
                servers=servers,
                deployments_in_progress=[shown(deployment) for deployment in in_progress],
                first_token_expires=token_expires,
            )
        )

    def _messages(self) -> tuple[shapes.Messages | None, list[str]]:
        try:
            counts = self._letters.counts()
        except Unavailable as error:
            return None, [f"{error.message} Asynchronous invocations wait meanwhile."]
        shown = shapes.Messages(waiting=counts.waiting, dead=counts.dead)
        if not counts.dead:
            return shown, []
        are = "message is a dead letter" if counts.dead == 1 else "messages are dead letters"
        return shown, [f"{counts.dead} {are}; zato message list says why, retry and delete deal with them."]

    def _members_and_problems(self, revision: int) -> tuple[list[shapes.Server], list[Deployment], list[str]]:
        now = self._clock.now()
        servers, workers = self._members.servers(), self._members.workers()
        in_progress = [
            deployment
            for state in (DeploymentState.CHECKING, DeploymentState.STAGED)
            for deployment in self._deployments.in_state(state)
        ]
        applied = [worker.applied_revision for worker in workers if health.alive(worker, now)]
        missing = self._log.changes_after(min(applied), 1) if applied and min(applied) < revision else []
        found = health.problems(
            now=now,
            revision=revision,
            oldest_not_applied=missing[0].at if missing else None,
            servers=servers,
            workers=workers,
            in_progress=in_progress,
        )

        deployed = self._deployed({worker.applied_revision for worker in workers})

        def shown_worker(worker: WorkerRow) -> shapes.Worker:
            return shapes.Worker(
                worker=worker.worker,
                started=worker.started,
                beat=worker.beat,
                beat_age_seconds=round((now - worker.beat).total_seconds(), 1),
                applied_revision=worker.applied_revision,
                deployments=deployed[worker.applied_revision],
                alive=health.alive(worker, now),
            )

        listed = [
            shapes.Server(
                number=server.number,
                host=server.host,
                version=server.version,
                registered=server.registered,
                workers=[shown_worker(worker) for worker in workers if worker.server == server.number],
            )
            for server in servers
        ]
        return listed, in_progress, found

    def _deployed(self, revisions: Collection[int]) -> dict[int, dict[str, int]]:
        """What each of these revisions activates; they are one as a rule, and the one that this worker has."""
        current = self._worker.current().configuration
        found = {}
        for revision in revisions:
            known = revision == current.revision
            then = current if known else Configuration.from_items(revision, self._log.items_at(revision))
            found[revision] = {name: version.deployment_id for name, version in active_versions(then).items()}
        return found

    def audit(self, call: Call) -> Answer:
        query: shapes.AuditQuery = call.query
        found = self._audit.recent(query.limit, query.before)
        entries = [
            shapes.AuditEntry(
                id=entry.id,
                at=entry.at,
                principal=entry.principal,
                cid=entry.cid,
                action=entry.action,
                subject=entry.subject,
                outcome=entry.outcome,
                revision=entry.revision,
                detail=entry.detail,
            )
            for entry in found
        ]
        following = entries[-1].id if len(entries) == query.limit else None
        return Answer(shapes.Audit(entries=entries, next=following))

    def whoami(self, call: Call) -> Answer:
        principal = call.principal
        return Answer(
            shapes.WhoAmI(
                name=principal.name,
                authentication=principal.authentication.value,
                roles=sorted(role.value for role in principal.roles),
                cid=call.cid,
            )
        )
