"""The HAProxy that runs on this machine: its master process and, through it, its worker."""

from __future__ import annotations

import contextlib
import csv
import re
import socket
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from zato.agent.haproxy import names
from zato.agent.haproxy.names import BACKEND, FRONTEND
from zato.agent.haproxy.runtime_api import RuntimeApi
from zato.agent.haproxy.runtime_plan import FoundServer, servers_in
from zato.agent.haproxy.streams import Stream, older, streams_in
from zato.core.errors import Unavailable
from zato.host.layout import Layout

_UCRED = struct.Struct("3i")
_FAILED = re.compile(rb"\[failed: (\d+)\]")
_VARIABLE = re.compile(r"^proc\.(\w+): type=sint value=<(\d+)>", re.MULTILINE)
_STREAMS_MAX = 2000
_AT_ONCE = 50
_QUESTION = b"@1 show info\n"


@dataclass(frozen=True, slots=True)
class Worker:
    """The process that serves."""

    pid: int
    frame: str
    """The frame of the configuration that it has loaded: see zato.agent.haproxy.render."""
    uptime_seconds: int


@dataclass(frozen=True, slots=True)
class Seen:
    """What HAProxy said at one moment."""

    worker: Worker
    servers: Mapping[str, FoundServer] | None
    """The cluster's servers by name, as HAProxy has them. None where it says nothing of them."""


class RunningHaproxy:
    """Reached by its sockets; the master's has the master at its other end, also after reloads.

    What asks raises Unavailable where HAProxy does not answer, or refuses.
    """

    def __init__(self, master_socket: Path, admin_socket: Path) -> None:
        self._master = master_socket
        self._api = RuntimeApi(admin_socket)

    @classmethod
    def of(cls, layout: Layout) -> Self:
        """The one of the cluster on this machine."""
        return cls(names.master_socket(layout), layout.haproxy_socket)

    def pid(self) -> int | None:
        """The master's process id: with it ends all of HAProxy."""
        try:
            with self._connected(1.0) as connection:
                credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size)
        except OSError:
            return None
        pid: int = _UCRED.unpack(credentials)[0]
        return pid

    def answer(self, seconds: float) -> None:
        """The master passes a question on to the worker, so both are at work when there is an answer."""
        try:
            with self._connected(seconds) as connection:
                connection.sendall(_QUESTION)
                connection.shutdown(socket.SHUT_WR)
                if not connection.recv(1):
                    raise ConnectionResetError("HAProxy's master has no worker.")
        except BlockingIOError as error:  # so many connections wait already
            raise TimeoutError from error

    def worker(self) -> Worker:
        """The newest one."""
        return _worker_in(self._api.ask("show info"))

    def look(self) -> Seen:
        """The newest worker and its servers, by one question: each wakes all threads that HAProxy has."""
        info, _, state = self._api.ask(f"show info;show servers state {BACKEND}").partition("\n\n")
        return Seen(_worker_in(info), servers_in(state))

    def statistics(self) -> list[dict[str, str]]:
        """A row for each frontend, backend and server, with HAProxy's own names of what it counts."""
        lines = self._api.ask("show stat").removeprefix("# ").splitlines()
        return [{name: value for name, value in row.items() if name and value} for row in csv.DictReader(lines)]

    def streams(self, *, older_seconds: float) -> list[Stream]:
        """Requests of the cluster's clients that are in progress for at least so long; of very many some."""
        addresses = older(self._api.ask("show sess"), FRONTEND, older_seconds)[:_STREAMS_MAX]
        parts = [addresses[start : start + _AT_ONCE] for start in range(0, len(addresses), _AT_ONCE)]
        asked = [self._api.ask(";".join(f"show sess {address}" for address in part)) for part in parts]
        return [stream for shown in asked for stream in streams_in(shown)]

    def end(self, stream: Stream) -> None:
        """Closes the stream, and the connection with it unless that is one of HTTP/2. One that has ended is none."""
        self._api.ask(f"shutdown session {stream.address}")

    def table(self, name: str, *, at_least: int) -> str:
        """Rows of a stick table with so many connections, or requests, at the moment."""
        return self._api.ask(f"show table {name} data.conn_cur ge {at_least}")

    def variables(self, names: Sequence[str]) -> dict[str, int]:
        """Numbers that HAProxy's rules keep for the whole process; one that was never set is 0."""
        said = self._api.ask(";".join(f"get var proc.{name}" for name in names))
        return {**dict.fromkeys(names, 0), **{name: int(value) for name, value in _VARIABLE.findall(said)}}

    def tell(self, command: str, expected: str = "") -> None:
        """Has HAProxy do something; it says nothing, or what is `expected`, where it has done it."""
        answer = self._api.ask(command)
        if answer and (not expected or expected not in answer):
            raise Unavailable(f"HAProxy refuses '{_shortened(command)}': {answer}", code="balancer-refuses")

    def failed_reloads(self) -> int:
        """How many reloads in a row have failed, up to the last one."""
        try:
            with self._connected(1.0) as connection:
                connection.sendall(b"show proc\n")
                connection.shutdown(socket.SHUT_WR)
                found = _FAILED.search(b"".join(iter(lambda: connection.recv(4096), b"")))
        except OSError:  # it is being reloaded
            return 0
        return 0 if found is None else int(found[1])

    def reload(self) -> None:
        """Asks the master for a new worker with the configuration as it is now; whether it gets one is to be seen."""
        try:
            connection = self._connected(5.0)
        except OSError as error:
            raise Unavailable(f"HAProxy's master does not answer: {error}.", code="balancer-away") from error
        # It starts itself anew, and so ends this connection, or takes its time
        with connection, contextlib.suppress(OSError):
            connection.sendall(b"reload\n")
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(4096):
                pass

    def _connected(self, seconds: float) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.settimeout(seconds)
            connection.connect(str(self._master))
        except BaseException:
            connection.close()
            raise
        return connection


def _worker_in(info: str) -> Worker:
    pairs = (line.partition(":") for line in info.splitlines())
    said = {name.strip(): value.strip() for name, _, value in pairs}
    try:
        return Worker(int(said["Pid"]), said.get("description", ""), int(said["Uptime_sec"]))
    except (KeyError, ValueError) as error:
        raise Unavailable("HAProxy says nothing of itself.", code="balancer-away") from error


def status_of(rows: list[dict[str, str]]) -> Mapping[str, dict[str, str]]:
    """Of `statistics`, the rows of the cluster's servers by name."""
    return {
        row["svname"]: row
        for row in rows
        if row.get("pxname") == BACKEND and row.get("svname") not in ("BACKEND", "FRONTEND", None)
    }


def _shortened(command: str) -> str:
    return command if len(command) < 100 else f"{command[:100]}..."
