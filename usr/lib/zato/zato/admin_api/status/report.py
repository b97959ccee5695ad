"""The answer about the cluster's state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256

from msgspec import json
from msgspec.structs import replace

from zato.admin_api import warning
from zato.admin_api.deployments import shown
from zato.admin_api.schemas import status as schemas
from zato.admin_api.status.cluster_view import ClusterView
from zato.admin_api.status.examinations import examine
from zato.admin_api.status.seen import Seen
from zato.config.balancing import modes
from zato.config.kinds.server import SERVER
from zato.core.wheels import ALL_WHEELS_BYTES_MAX
from zato.deployment.activation import LIVE
from zato.deployment.versions import active_versions
from zato.odb.members import ServerRow, WorkerRow


class StatusReport:
    """What is told of the cluster; `days` says for how many of them what is kept stays, where this machine says so."""

    def __init__(self, view: ClusterView, *, version: str, days: Mapping[str, int]) -> None:
        """`version` is Zato's."""
        self._view = view
        self._version = version
        self._days = days

    def now(self) -> schemas.Status:
        """With everything that is not well. With the ODB away, too: that is when operators ask."""
        seen = self._view.look()
        found = examine(seen)
        return schemas.Status(
            ok=not found,
            problems=[finding.message for finding in found],
            findings=[warning.shown(finding) for finding in found],
            version=self._version,
            broker=seen.broker,
            broker_problem=seen.broker_problem,
            messages=None
            if seen.messages is None
            else schemas.Messages(waiting=seen.messages.waiting, dead=seen.messages.dead),
            odb=_odb(seen),
            applied_revision=seen.configuration.revision,
            servers=_servers(seen, self._deployed(seen)),
            deployments_in_progress=[shown(deployment) for deployment in seen.in_progress],
            kept=_kept(seen, self._days),
            odb_bytes=seen.kept.odb_bytes if seen.kept is not None else None,
            wheels=_wheels(seen),
            held=schemas.Held(since=seen.held.since, reason=seen.held.reason) if seen.held is not None else None,
            first_token_expires=seen.first_token_expires,
        )

    def _deployed(self, seen: Seen) -> dict[int, dict[str, int]]:
        """What each revision that some worker has activates: one as a rule, the one that this worker has."""
        current = seen.configuration
        found = {}
        for revision in {worker.applied_revision for worker in seen.workers}:
            then = current if revision == current.revision else self._view.at(revision)
            found[revision] = {name: version.deployment_id for name, version in active_versions(then).items()}
        return found


def _odb(seen: Seen) -> schemas.Odb:
    if seen.odb_error is not None:
        return schemas.Odb(ok=False, revision=None, message=seen.odb_error.message)
    replaced = seen.replaced
    if replaced is None:
        return schemas.Odb(ok=True, revision=seen.revision)
    message = (
        f"It is another one since {replaced.at:%Y-%m-%d %H:%M:%S} UTC: servers were at revision {replaced.before}, and "
        f"it was at {replaced.now}. They follow it."
    )
    return schemas.Odb(ok=True, revision=seen.revision, message=message)


def _kept(seen: Seen, days: Mapping[str, int]) -> list[schemas.KeptFigure]:
    figures = () if seen.kept is None else seen.kept.figures
    return [
        schemas.KeptFigure(what=each.what, rows=each.rows, oldest=each.oldest, days=days.get(each.what))
        for each in figures
    ]


def _wheels(seen: Seen) -> schemas.KeptWheels | None:
    if seen.kept is None:
        return None
    return schemas.KeptWheels(
        files=seen.kept.wheels, size_bytes=seen.kept.wheels_bytes, size_bytes_max=ALL_WHEELS_BYTES_MAX
    )


def _servers(seen: Seen, deployed: Mapping[int, dict[str, int]]) -> list[schemas.Server]:
    def shown_worker(worker: WorkerRow) -> schemas.Worker:
        return schemas.Worker(
            worker=worker.worker,
            started=worker.started,
            beat=worker.beat,
            beat_age_seconds=round((seen.now - worker.beat).total_seconds(), 1),
            applied_revision=worker.applied_revision,
            deployments=deployed[worker.applied_revision],
            alive=abs(seen.now - worker.beat) <= LIVE and worker.worker not in seen.ended,
            in_flight=worker.load.in_flight,
            memory_bytes=worker.load.resident_bytes,
        )

    configured = seen.configuration.values(SERVER)
    balanced = modes(seen.configuration, [f"server-{server.number}" for server in seen.servers])

    def shown_server(server: ServerRow) -> schemas.Server:
        name = f"server-{server.number}"
        item = configured.get(name)
        workers = [shown_worker(worker) for worker in seen.workers if worker.server == server.number]
        living = [worker for worker in workers if worker.alive]
        return schemas.Server(
            number=server.number,
            host=server.host,
            address=None if item is None else item.host,
            mode=balanced[name].value,
            weight=None if item is None else item.weight,
            expected_revision=seen.revision,
            version=server.version,
            registered=server.registered,
            in_flight=_total(worker.in_flight for worker in living),
            memory_bytes=_total(worker.memory_bytes for worker in living),
            workers=workers,
        )

    return [shown_server(server) for server in seen.servers]


def _total(known: Iterable[int | None]) -> int | None:
    """None where nobody told any."""
    told = [each for each in known if each is not None]
    return sum(told) if told else None


def version_of(status: schemas.Status) -> str:
    """Says whether anything differs between two answers, but for what each second changes: heart-beats and load."""
    servers = [
        replace(
            server,
            in_flight=None,
            memory_bytes=None,
            workers=[
                replace(worker, beat=worker.started, beat_age_seconds=0.0, in_flight=None, memory_bytes=None)
                for worker in server.workers
            ],
        )
        for server in status.servers
    ]
    return sha256(json.encode(replace(status, servers=servers, odb_bytes=None))).hexdigest()[:32]
