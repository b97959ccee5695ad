"""A cluster's data is carried from SQLite to PostgreSQL and on to MariaDB, each move killed half-way and repeated."""

from __future__ import annotations

import hashlib
import json
import secrets
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from support.databases import DatabaseAddress, DatabaseServer, initialised, new_database, new_sqlite
from zato.core.errors import Unavailable
from zato.odb.contents import Contents, contents
from zato.odb.database import Database
from zato.odb.deployments import Deployments
from zato.odb.log import Action, ConfigurationLog, ProposedChange
from zato.odb.write_freeze import frozen_tables

_BATCH = 500
# Moves from the first URL to the second, with the CA files after them. After each line that says how far it is, it
# waits for one, as long as anybody may write one
_MOVER = """
import sys
from pathlib import Path
from zato.odb.database import Database, DatabaseTls
from zato.odb.moving import move

def opened(url, ca):
    return Database(url, tls=DatabaseTls(Path(ca)) if ca else None)

source, target, source_ca, target_ca = sys.argv[1:]
def say(line):
    print(line, flush=True)
    sys.stdin.readline()

move(opened(source, source_ca), opened(target, target_ca), say)
"""


@dataclass(frozen=True, slots=True)
class Moved:
    """What was seen of one move. `equal` compares all tables with what the very first ODB had."""

    way: str
    rows: int
    seconds: float
    equal: bool
    refused_meanwhile: bool
    numbered_on: bool

    def __str__(self) -> str:
        return (
            f"{self.way}: killed half-way and repeated; {self.rows} rows, hashes equal: {_yes(self.equal)}; the repeat "
            f"took {self.seconds:.1f} s; old ODB refuses changes: {_yes(self.refused_meanwhile)}; new one takes them: "
            f"{_yes(self.numbered_on)}"
        )


def move_twice(
    directory: Path, servers: list[tuple[str, DatabaseServer]], *, items: int, revisions: int, deployments: int
) -> list[Moved]:
    """From SQLite to each of the servers in turn."""
    name, address = "SQLite", initialised(new_sqlite(directory))
    source = address.open()
    fill(source, items=items, revisions=revisions, deployments=deployments)
    seen = []
    for next_name, server in servers:
        expected = all_contents(source)
        next_address = new_database(server)
        kill_half_way(address, next_address)
        refused = not is_changeable(source)
        started = time.monotonic()
        mover(address, next_address).communicate()
        seconds = time.monotonic() - started
        target = next_address.open()
        found = all_contents(target)
        refused = refused and not is_changeable(source)
        rows = sum(each.rows for each in found.values())
        numbered = is_changeable(target)
        seen.append(Moved(f"{name} to {next_name}", rows, seconds, found == expected, refused, numbered))
        source.dispose()
        name, address, source = next_name, next_address, target
    source.dispose()
    return seen


def fill(database: Database, *, items: int, revisions: int, deployments: int) -> None:
    """So many items, changes of them after they were made, and deployments with their sources."""
    log = ConfigurationLog(database)
    names = [f"item-{number}" for number in range(items)]
    for start in range(0, items, _BATCH):
        _append(log, Action.CREATE, names[start : start + _BATCH])
    changed = [names[number % items] for number in range(revisions)]
    for start in range(0, revisions, _BATCH):
        _append(log, Action.UPDATE, changed[start : start + _BATCH])
    for number in range(deployments):
        add_deployment(database, f"services_{number}.py", secrets.token_bytes(2000) * (number % 50))


def add_deployment(database: Database, name: str, source: bytes) -> int:
    added = Deployments(database).add(
        file_name=name,
        module=name.removesuffix(".py"),
        form="py",
        sha256=hashlib.sha256(source).hexdigest(),
        source=source,
        author="ann",
        cid="c",
        at=datetime.now(UTC),
    )
    return added.id


def all_contents(database: Database) -> dict[str, Contents]:
    return {table.name: contents(database, table) for table in frozen_tables()}


def is_changeable(database: Database) -> bool:
    """Both by the log and by a row that the database numbers."""
    try:
        _append(ConfigurationLog(database), Action.CREATE, [f"new-{secrets.token_hex(4)}"])
        return add_deployment(database, "new.py", b"") > 0
    except Unavailable as error:
        if error.code not in ("odb-moving", "odb-moved"):
            raise
        return False


def mover(source: DatabaseAddress, target: DatabaseAddress) -> subprocess.Popen[str]:
    """A process that moves, and says so line by line."""
    authorities = [str(each.ca or "") for each in (source, target)]
    command = [sys.executable, "-c", _MOVER, source.url, target.url, *authorities]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def kill_half_way(source: DatabaseAddress, target: DatabaseAddress) -> None:
    """Once items, changes and half of the rest are there."""
    process = mover(source, target)
    assert process.stdout is not None
    assert process.stdin is not None
    with process.stdout, process.stdin:
        for line in process.stdout:
            if line.startswith("zt_item:"):
                break
            process.stdin.write("\n")
            process.stdin.flush()
        else:
            raise AssertionError("the move ended before it could be killed")
        process.kill()
        process.wait()


def _append(log: ConfigurationLog, action: Action, names: list[str]) -> None:
    # Names and texts of all scripts, and documents of more than one page of a database
    changes = [
        ProposedChange(
            "service", name, action, json.dumps({"text": "żółw 🐢 'quoted'", "token": secrets.token_hex(40)})
        )
        for name in names
    ]
    log.append(changes, principal="ann", cid="c", at=datetime.now(UTC), comment="Änderung")


def _yes(value: bool) -> str:
    return "yes" if value else "NO"
