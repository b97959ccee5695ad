"""Whether servers and their workers are well. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from zato.admin_api.status.seen import Seen
from zato.core.finding import Finding
from zato.odb.members import WorkerRow

# Workers beat every few seconds; a change is everywhere within half a second, a deployment within a few.
SILENT_AFTER = timedelta(seconds=15)
LATE_AFTER = timedelta(seconds=5)
STUCK_AFTER = timedelta(seconds=60)


def alive(worker: WorkerRow, now: datetime) -> bool:
    """Whether the worker was heard of recently enough; one from the future was, before its clock was put back."""
    return abs(now - worker.beat) <= SILENT_AFTER


def findings(seen: Seen) -> Iterator[Finding]:
    """A finding for every server, worker and deployment that is not as it should be."""
    now, revision = seen.now, seen.revision
    living = [worker for worker in seen.workers if alive(worker, now) and worker.worker not in seen.ended]
    for server in seen.servers:
        if not any(worker.server == server.number for worker in living):
            yield Finding(
                f"Server {server.number} has no living worker; start it, or delete its item server-{server.number}.",
                "no-living-worker",
                subject=f"server-{server.number}",
            )
    if not seen.servers:
        yield Finding("No server has registered itself yet.", "no-server")
    for worker in seen.workers:
        if worker not in living:
            age = (now - worker.beat).total_seconds()
            more = ""
            if worker.worker in seen.ended:
                more = " It has ended without a word, and another one takes its place; dmesg may say why."
            yield Finding(
                f"Worker {worker.worker} of server {worker.server} was last heard of {age:.0f} s ago.{more}",
                "ended-worker" if more else "silent-worker",
                subject=f"server-{worker.server}",
            )
    if seen.oldest_not_applied is not None and now - seen.oldest_not_applied > LATE_AFTER:
        for worker in living:
            # One that has only just started is about to load the snapshot; it takes no requests before.
            if worker.applied_revision < revision and now - worker.started > LATE_AFTER:
                yield Finding(
                    f"Worker {worker.worker} of server {worker.server} serves from revision {worker.applied_revision} "
                    f"while {revision} has been there for more than {LATE_AFTER.seconds} s; its log says why.",
                    "late-worker",
                    subject=f"server-{worker.server}",
                )
    for deployment in seen.in_progress:
        if now - deployment.created > STUCK_AFTER:
            yield Finding(
                f"Deployment {deployment.id} of {deployment.file_name} has been {deployment.state} since "
                f"{deployment.created:%Y-%m-%d %H:%M:%S} UTC; deploy the file again.",
                "stuck-deployment",
                file=deployment.file_name,
            )
