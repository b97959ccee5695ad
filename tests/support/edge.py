"""HAProxy, lighttpd and gunicorn as one real chain, around an application that says what arrived."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from support.doors import BALANCER, DIRECT, DOORS, Answer, Doors
from support.ports import free_port
from support.waiting import PATIENCE_SECONDS
from zato.agent.haproxy import files as haproxy_files
from zato.agent.haproxy import names as haproxy_names
from zato.agent.haproxy.view import HaproxyView
from zato.agent.lighttpd import files as lighttpd_files
from zato.agent.lighttpd.view import LighttpdView
from zato.host.layout import Layout
from zato.host.settings import ClusterSettings, ServerSettings
from zato.pki.authority import Authority
from zato.pki.components import issue_missing

__all__ = ["BALANCER", "DIRECT", "DOORS", "Answer", "Edge"]


class Edge(Doors):
    """A cluster of one server whose application is support.edge_app. Start it, and `close` it.

    HAProxy listens on the address `balancer`. `changes` are those of the views that HAProxy's and lighttpd's files are
    rendered from.
    """

    def __init__(self, *, body_bytes_max: int = 100 * 1024, balancer: str = "127.0.0.1", **changes: Any) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="zato-edge-"))  # short: the kernel takes 107 bytes for sockets
        self.layout = Layout(self.directory)
        balanced, direct, agent = (free_port() for _ in range(3))
        self.cluster = ClusterSettings(lb_port=balanced, lighttpd_port=direct, lighttpd_agent_port=agent)
        super().__init__(self.layout.ca_certificate, balancer=self.cluster.lb_port, direct=self.cluster.lighttpd_port)
        self.server = self.layout.server(1)
        self.authority = Authority(self.layout.pki)
        self.authority.create(self.cluster.name)
        issue_missing(self.authority, hosts=self.cluster.hosts, servers=1)
        self._body_bytes_max = body_bytes_max
        self._balancer = balancer
        self._changes = changes
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        for path in (self.server.front_socket, self.server.edge_socket, self.layout.haproxy_socket):
            path.parent.mkdir(parents=True)
        self.server.lighttpd.mkdir(parents=True)
        self.write()

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Requests for /wait are answered when the context ends."""
        go_on = self.directory / "go-on"
        go_on.unlink(missing_ok=True)
        try:
            yield
        finally:
            go_on.touch()

    def write(self) -> None:
        """Renders both programs' files, as the agents do."""
        haproxy_files.write(self.layout, self.haproxy_view())
        lighttpd_files.write(self.layout, self._lighttpd_view())

    def haproxy_view(self) -> HaproxyView:
        known = haproxy_files.state_to_start_with(self.layout, self.cluster)
        known = msgspec.structs.replace(known, body_bytes_max=self._body_bytes_max)
        view = haproxy_files.view_of(self.layout, self.cluster, known)
        # The application has no threads apart for questions about its health
        balancer = msgspec.structs.replace(view.balancer, check_failures=20)
        balancer = msgspec.structs.replace(balancer, **_known(balancer.__struct_fields__, self._changes))
        view = dataclasses.replace(view, address=self._balancer, balancer=balancer)
        return dataclasses.replace(view, **_known(_names(view), self._changes))

    def _lighttpd_view(self) -> LighttpdView:
        view = lighttpd_files.view_of(self.layout, self.cluster, 1, ServerSettings(max_body_bytes=self._body_bytes_max))
        times = _known(_names(view), self._changes)
        if "client_idle_seconds" in times:
            times["client_idle_seconds"] += 1  # lighttpd's is the longer one
        return dataclasses.replace(view, **times)

    def start(self) -> Edge:
        self.start_gunicorn()
        self.start_programs()
        return self

    def start_programs(self) -> None:
        """HAProxy and lighttpd, and waits until they answer."""
        self.start_lighttpd()
        self.start_program("haproxy", haproxy_names.command(self.layout))
        # Before its first check HAProxy takes lighttpd for well, and that check may come too late on a busy machine
        self.wait_for(lambda: all(self._passes_on() for _ in range(5)))

    def _passes_on(self) -> bool:
        time.sleep(0.1)
        return self.get("/zato/health").status == 200

    def start_lighttpd(self) -> None:
        self.start_program("lighttpd", lighttpd_files.command(self.server))
        self.wait_for(lambda: self.get("/zato/health", DIRECT).status == 200)

    def start_gunicorn(self, *, workers: int = 2) -> None:
        self.start_program(
            "gunicorn",
            [
                *(sys.executable, "-m", "gunicorn", "support.edge_app:application"),
                *("--bind", f"unix:{self.server.front_socket}", "--bind", f"unix:{self.server.health_socket}"),
                *("--workers", str(workers)),
                *("--worker-class", "gthread", "--threads", "64", "--backlog", "2048", "--timeout", "60"),
            ],
            {
                "EDGE_DIRECTORY": str(self.directory),
                "EDGE_BODY_BYTES_MAX": str(self._body_bytes_max),
                "PYTHONPATH": str(Path(__file__).parents[1]),
            },
        )
        self.wait_for(lambda: self.server.front_socket.exists() and self.server.health_socket.exists())

    def start_program(self, name: str, command: list[str], environment: dict[str, str] | None = None) -> None:
        with self.log(name).open("ab") as output:
            self.processes[name] = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(environment or {})},
                start_new_session=True,
            )

    def log(self, name: str) -> Path:
        return self.directory / f"{name}.log"

    def access_lines(self) -> list[dict[str, Any]]:
        """HAProxy's lines about requests. A line may come after its answer, and so in the middle of the next test."""
        lines = self.log("haproxy").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def access_line(self, answer: Answer) -> dict[str, Any]:
        """HAProxy's line about the request that was answered so."""
        cid = answer.headers["x-zato-cid"]
        found: list[dict[str, Any]] = []

        def is_there() -> bool:
            found[:] = [line for line in self.access_lines() if line["cid"] == cid]
            return bool(found)

        self.wait_for(is_there)
        (line,) = found
        return line

    def signal(self, name: str, number: signal.Signals) -> None:
        self.processes[name].send_signal(number)

    def stop_program(self, name: str) -> None:
        process = self.processes.pop(name)
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def workers(self) -> list[int]:
        """Process ids of gunicorn's workers."""
        children = Path(f"/proc/{self.processes['gunicorn'].pid}/task/{self.processes['gunicorn'].pid}/children")
        return [int(pid) for pid in children.read_text().split()]

    def close(self) -> None:
        for name in list(self.processes):
            self.stop_program(name)
        shutil.rmtree(self.directory, ignore_errors=True)

    def wait_for(self, condition: Callable[[], object]) -> None:
        limit = time.monotonic() + PATIENCE_SECONDS
        while not _quietly(condition):
            if time.monotonic() > limit:
                logs = "\n".join(f"--- {name}\n{self.log(name).read_text()[-1500:]}" for name in self.processes)
                raise AssertionError(f"{condition} did not come true within {PATIENCE_SECONDS:.0f} seconds\n{logs}")
            time.sleep(0.02)


def _names(view: HaproxyView | LighttpdView) -> list[str]:
    return [field.name for field in dataclasses.fields(view)]


def _known(names: Collection[str], changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in changes.items() if name in names}


def _quietly(condition: Callable[[], object]) -> bool:
    try:
        return bool(condition())
    except OSError:
        return False
