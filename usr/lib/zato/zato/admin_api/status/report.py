"""The answer about the cluster's state."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from hashlib import sha256

from msgspec import json
from msgspec.structs import replace

from zato.admin_api import warning
from zato.admin_api.collaborators import AdminCollaborators
from zato.admin_api.deployments import shown
from zato.admin_api.shapes import status as shapes
from zato.admin_api.status.examinations import examine
from zato.admin_api.status.seen import Seen, look
from zato.config.balancing import modes
from zato.config.configuration import Configuration
from zato.config.kinds.server import SERVER
from zato.deployment.activation import LIVE
from zato.deployment.versions import active_versions
from zato.odb.members import ServerRow, WorkerRow


def report(given: AdminCollaborators) -> shapes.Status:
    """How the cluster is, with everything that is not well. With the ODB away, too: that is when operators ask."""
    seen = look(given)
    found = examine(given, seen)
    return shapes.Status(
        ok=not found,
        problems=[finding.message for finding in found],
        findings=[warning.shown(finding) for finding in found],
        version=given.version,
        broker=given.broker.label,
        broker_problem=given.broker.problem,
        messages=None
        if seen.messages is None
        else shapes.Messages(waiting=seen.messages.waiting, dead=seen.messages.dead),
        odb=_odb(seen),
        applied_revision=seen.configuration.revision,
        servers=_servers(given, seen),
        deployments_in_progress=[shown(deployment) for deployment in seen.in_progress],
        kept=_kept(given, seen),
        odb_bytes=seen.kept.odb_bytes if seen.kept is not None else None,
        held=shapes.Held(since=seen.held.since, reason=seen.held.reason) if seen.held is not None else None,
        first_token_expires=seen.first_token_expires,
    )


def _odb(seen: Seen) -> shapes.Odb:
    if seen.odb_error is not None:
        return shapes.Odb(ok=False, revision=None, message=seen.odb_error.message)
    replaced = seen.replaced
    if replaced is None:
        return shapes.Odb(ok=True, revision=seen.revision)
    message = (
        f"It is another one since {replaced.at:%Y-%m-%d %H:%M:%S} UTC: servers were at revision {replaced.before}, and "
        f"it was at {replaced.now}. They follow it."
    )
    return shapes.Odb(ok=True, revision=seen.revision, message=message)


def _kept(given: AdminCollaborators, seen: Seen) -> list[shapes.KeptFigure]:
    figures = () if seen.kept is None else seen.kept.figures
    return [
        shapes.KeptFigure(what=each.what, rows=each.rows, oldest=each.oldest, days=given.days.get(each.what))
        for each in figures
    ]


def _servers(given: AdminCollaborators, seen: Seen) -> list[shapes.Server]:
    deployed = _deployed(given, seen, {worker.applied_revision for worker in seen.workers})

    def shown_worker(worker: WorkerRow) -> shapes.Worker:
        return shapes.Worker(
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

    def shown_server(server: ServerRow) -> shapes.Server:
        name = f"server-{server.number}"
        item = configured.get(name)
        workers = [shown_worker(worker) for worker in seen.workers if worker.server == server.number]
        living = [worker for worker in workers if worker.alive]
        return shapes.Server(
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


def _deployed(given: AdminCollaborators, seen: Seen, revisions: Collection[int]) -> dict[int, dict[str, int]]:
    """What each of these revisions activates; they are one as a rule, and the one that this worker has."""
    current = seen.configuration
    found = {}
    for revision in revisions:
        known = revision == current.revision
        then = current if known else Configuration.from_items(revision, given.log.items_at(revision))
        found[revision] = {name: version.deployment_id for name, version in active_versions(then).items()}
    return found


def version_of(status: shapes.Status) -> str:
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
