"""Who listens on a port of this machine, as far as /proc tells this user."""

from __future__ import annotations

import errno
import socket
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_LISTEN = "0A"
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - looked up, not bound


def from_here(address: str) -> str:
    """Where this machine reaches what listens on `address`, which may be all of its addresses."""
    return _EVERYWHERE.get(address, address)


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that listens; `command` is its command line."""

    pid: int
    command: str


def is_free(address: str, port: int) -> bool:
    """Whether a process of this user could listen there now. Raises PermissionError, and OSError for a bad address."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        # As the programs do that will listen: connections of an earlier run that linger are no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
            probe.listen(1)
        except PermissionError:
            raise
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise
    return True


def holder_of(port: int) -> Holder | None:
    """The process that listens on a TCP port, None where this user may not know."""
    inodes = {inode for table in ("tcp", "tcp6") for inode in _listening(_PROC / "net" / table, port)}
    wanted = {f"socket:[{inode}]" for inode in inodes}
    if not wanted:
        return None
    for process in _PROC.iterdir():
        if process.name.isdigit() and _has(process, wanted):
            return Holder(int(process.name), _command(process))
    return None


def _listening(table: Path, port: int) -> list[str]:
    """Inodes of listening sockets; a line is: number, local address:port, remote, state, ..., inode as the tenth."""
    try:
        lines = table.read_text(encoding="ascii").splitlines()[1:]
    except OSError:
        return []
    rows = (line.split() for line in lines)
    return [row[9] for row in rows if row[3] == _LISTEN and int(row[1].rpartition(":")[2], 16) == port]


def _has(process: Path, wanted: set[str]) -> bool:
    try:
        return any(str(file.readlink()) in wanted for file in (process / "fd").iterdir())
    except OSError:  # somebody else's, or gone in the meantime
        return False


def _command(process: Path) -> str:
    try:
        words = (process / "cmdline").read_bytes().rstrip(b"\0").split(b"\0")
    except OSError:
        return ""
    return b" ".join(words).decode("utf-8", "replace")
