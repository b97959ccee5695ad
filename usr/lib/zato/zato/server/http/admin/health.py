"""Whether a cluster is well, and if not why. Pure: values in, sentences out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from zato.odb.deployments import Deployment
from zato.odb.members import ServerRow, WorkerRow

# Workers beat every few seconds; a change is everywhere within half a second, a deployment within a few.
SILENT_AFTER = timedelta(seconds=15)
LATE_AFTER = timedelta(seconds=5)
STUCK_AFTER = timedelta(seconds=60)


def alive(worker: WorkerRow, now: datetime) -> bool:
    """Whether the worker was heard of recently enough."""
    return now - worker.beat <= SILENT_AFTER


def problems(
    *,
    now: datetime,
    revision: int,
    oldest_not_applied: datetime | None,
    servers: Sequence[ServerRow],
    workers: Sequence[WorkerRow],
    in_progress: Sequence[Deployment],
) -> list[str]:
    """A sentence for everything that is not well.

    `oldest_not_applied` is the time of the first change that some living worker has not applied, None for none.
    """
    found: list[str] = []
    living = [worker for worker in workers if alive(worker, now)]
    for server in servers:
        if not any(worker.server == server.number for worker in living):
            found.append(
                f"Server {server.number} has no living worker; start it, or delete its item server-{server.number}."
            )
    if not servers:
        found.append("No server has registered itself yet.")
    for worker in workers:
        if worker not in living:
            age = (now - worker.beat).total_seconds()
            found.append(f"Worker {worker.worker} of server {worker.server} was last heard of {age:.0f} s ago.")
    if oldest_not_applied is not None and now - oldest_not_applied > LATE_AFTER:
        for worker in living:
            # One that has only just started is about to load the snapshot; it takes no requests before.
            if worker.applied_revision < revision and now - worker.started > LATE_AFTER:
                found.append(
                    f"Worker {worker.worker} of server {worker.server} serves from revision {worker.applied_revision} "
                    f"while {revision} has been there for more than {LATE_AFTER.seconds} s; its log says why."
                )
    for deployment in in_progress:
        if now - deployment.created > STUCK_AFTER:
            found.append(
                f"Deployment {deployment.id} of {deployment.file_name} has been {deployment.state} since "
                f"{deployment.created:%Y-%m-%d %H:%M:%S} UTC; deploy the file again."
            )
    return found
