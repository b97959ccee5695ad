"""A process of its own that uses the ODB: `python -m support.odb_process ROLE URL CA ...`; prints JSON.

It says "ready" once it is set up, and begins when its standard input gets a line, so that many begin at once.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from support.databases import DatabaseAddress
from zato.core.errors import Conflict
from zato.odb import migrate
from zato.odb.deployments import Deployments, DeploymentState
from zato.odb.log import Action, ConfigurationLog, ProposedChange
from zato.odb.members import Members


def run_together(
    address: DatabaseAddress, jobs: Sequence[tuple[str, ...]], followers: Sequence[tuple[str, ...]] = ()
) -> tuple[list[Any], list[Any]]:
    """Run each job (role and arguments) in its own process, all at once, and followers as long as they.

    Gives what the jobs and what the followers printed.
    """
    following = [_start(address, job) for job in followers]
    working = [_start(address, job) for job in jobs]
    for process in following + working:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line == "ready\n", line
    for process in following + working:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    done = [_result(process) for process in working]
    return done, [_result(process) for process in following]


def _start(address: DatabaseAddress, job: tuple[str, ...]) -> subprocess.Popen[str]:
    role, *arguments = job
    command = [sys.executable, "-m", "support.odb_process", role, address.url, str(address.ca or ""), *arguments]
    return subprocess.Popen(
        command, cwd=Path(__file__).parents[1], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def _result(process: subprocess.Popen[str]) -> Any:
    output, _ = process.communicate(timeout=240)
    assert process.returncode == 0, f"{process.args!r} ended with {process.returncode}"
    return json.loads(output)


def _append(log: ConfigurationLog, writer: str, appends: str) -> list[int]:
    """Make many appends of one to three changes to items of this writer alone; gives the revisions it got."""
    got: list[int] = []
    for number in range(int(appends)):
        changes = [
            ProposedChange("service", f"{writer}-{number}-{part}", Action.CREATE, "{}")
            for part in range(number % 3 + 1)
        ]
        got += log.append(changes, principal=writer, cid=f"{writer}-{number}", at=datetime.now(UTC))
    return got


def _increment(log: ConfigurationLog, times: str) -> int:
    """Add one to the number that an item holds, many times, again where another was first; gives the conflicts met."""
    conflicts = 0
    for _ in range(int(times)):
        while True:
            item = log.item("service", "counter")
            change = ProposedChange("service", "counter", Action.UPDATE, str(int(item.data) + 1), item.revision)
            try:
                log.append([change], principal="p", cid="c", at=datetime.now(UTC))
                break
            except Conflict as error:
                assert error.code == "stale-revision"
                conflicts += 1
    return conflicts


def _follow(log: ConfigurationLog, until: str) -> dict[str, Any]:
    """Read the log as servers do until it reaches a revision; gives every step it took and every broken promise."""
    known, steps, broken = 0, 0, []
    replayed: dict[str, int] = {}
    limit = time.monotonic() + 200
    while known < int(until) and time.monotonic() < limit:
        changes = log.changes_after(known)
        revisions = [change.revision for change in changes]
        if revisions != list(range(known + 1, known + 1 + len(revisions))):
            broken.append(f"after {known} came {revisions}")
        replayed |= {change.name: change.revision for change in changes}
        known = revisions[-1] if revisions else known
        steps += bool(revisions)
        revision, items = log.items_with_revision()
        if len(items) != revision:  # every change of the writers creates one item
            broken.append(f"{len(items)} items at revision {revision}")
        if revision < known:
            broken.append(f"revision {revision} after {known} had been seen")
    return {"known": known, "steps": steps, "broken": broken, "items": len(replayed)}


def _claim(deployments: Deployments, worker: str) -> list[int]:
    """Try to move every deployment on; gives those that this process moved."""
    return [
        deployment.id
        for deployment in reversed(deployments.list())
        if deployments.set_state(
            deployment.id, {DeploymentState.CHECKING}, DeploymentState.REJECTED, reason=f"claimed by {worker}"
        )
    ]


def _register(members: Members, times: str) -> bool:
    for number in range(int(times)):
        members.register_server(number, "host", "1.0", datetime.now(UTC))
    return True


def main() -> None:
    role, url, ca, *arguments = sys.argv[1:]
    database = DatabaseAddress(url, Path(ca) if ca else None).open()
    print("ready", flush=True)
    sys.stdin.readline()
    result: Any
    match role:
        case "init":
            migrate.init(database, *arguments)
            result = migrate.current_version(database)
        case "append":
            result = _append(ConfigurationLog(database), *arguments)
        case "increment":
            result = _increment(ConfigurationLog(database), *arguments)
        case "follow":
            result = _follow(ConfigurationLog(database), *arguments)
        case "claim":
            result = _claim(Deployments(database), *arguments)
        case "register":
            result = _register(Members(database), *arguments)
        case _:
            raise ValueError(role)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
