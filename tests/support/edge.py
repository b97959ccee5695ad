"""HAProxy, lighttpd and gunicorn as one real chain, and raw connections to either of its doors."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.ports import free_port
from zato.agent.haproxy import files as haproxy_files
from zato.agent.haproxy.view import HaproxyView
from zato.agent.lighttpd import files as lighttpd_files
from zato.agent.lighttpd.view import LighttpdView
from zato.host.layout import Layout
from zato.host.settings import ClusterSettings
from zato.pki.authority import Authority
from zato.pki.components import issue_missing

BALANCER = "haproxy"
DIRECT = "lighttpd"
DOORS = (BALANCER, DIRECT)


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP response, or what there was of it. `status` 0: the connection was closed without one."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float
    closed: bool

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def environ(self) -> dict[str, str]:
        """What the application saw."""
        seen: dict[str, str] = self.json["environ"]
        return seen


class Edge:
    """A cluster of one server whose application is support.edge_app. Start it, and `close` it."""

    def __init__(self, *, body_bytes_max: int = 100 * 1024, **times: float) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="zato-edge-"))  # short: the kernel takes 107 bytes for sockets
        self.layout = Layout(self.directory)
        self.cluster = ClusterSettings(lb_port=free_port(), lighttpd_port=free_port())
        self.server = self.layout.server(1)
        self.authority = Authority(self.layout.pki)
        self.authority.create(self.cluster.name)
        issue_missing(self.authority, hosts=self.cluster.hosts, servers=1)
        self._body_bytes_max = body_bytes_max
        self._times = times
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.server.run.mkdir(parents=True)
        self.server.lighttpd.mkdir(parents=True)
        self.write()

    def write(self) -> None:
        """Renders both programs' files, as the agents do."""
        haproxy_files.write(self.layout, self._haproxy_view())
        lighttpd_files.write(self.layout, self._lighttpd_view())

    def _haproxy_view(self) -> HaproxyView:
        view = haproxy_files.view_of(self.layout, self.cluster, body_bytes_max=self._body_bytes_max)
        return dataclasses.replace(view, **_known(view, self._times))

    def _lighttpd_view(self) -> LighttpdView:
        view = lighttpd_files.view_of(self.layout, self.cluster, 1, body_bytes_max=self._body_bytes_max)
        times = _known(view, self._times)
        if "client_idle_seconds" in times:
            times["client_idle_seconds"] += 1  # lighttpd's is the longer one
        return dataclasses.replace(view, **times)

    def port(self, door: str) -> int:
        return self.cluster.lb_port if door == BALANCER else self.cluster.lighttpd_port

    def start(self) -> Edge:
        self.start_gunicorn()
        self.start_programs()
        return self

    def start_programs(self) -> None:
        """HAProxy and lighttpd, and waits until they answer."""
        self.start_lighttpd()
        self.start_program("haproxy", haproxy_files.command(self.layout))
        self.wait_for(lambda: self.get("/zato/health").status == 200)

    def start_lighttpd(self) -> None:
        self.start_program("lighttpd", lighttpd_files.command(self.server))
        self.wait_for(lambda: self.get("/zato/health", DIRECT).status == 200)

    def start_gunicorn(self, *, workers: int = 2) -> None:
        self.start_program(
            "gunicorn",
            [
                *(sys.executable, "-m", "gunicorn", "support.edge_app:application"),
                *("--bind", f"unix:{self.server.front_socket}", "--workers", str(workers)),
                *("--worker-class", "gthread", "--threads", "64", "--backlog", "2048", "--timeout", "60"),
            ],
            {"EDGE_DIRECTORY": str(self.directory), "PYTHONPATH": str(Path(__file__).parents[1])},
        )
        self.wait_for(self.server.front_socket.exists)

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
        """HAProxy's lines about requests."""
        lines = self.log("haproxy").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

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

    def wait_for(self, condition: Callable[[], object], seconds: float = 15.0) -> None:
        limit = time.monotonic() + seconds
        while not _quietly(condition):
            if time.monotonic() > limit:
                logs = "\n".join(f"--- {name}\n{self.log(name).read_text()[-1500:]}" for name in self.processes)
                raise AssertionError(f"{condition} did not come true within {seconds} seconds\n{logs}")
            time.sleep(0.02)

    def connect(
        self,
        door: str = BALANCER,
        *,
        certificate: Path | None = None,
        seconds: float = 10.0,
        context: ssl.SSLContext | None = None,
    ) -> ssl.SSLSocket:
        """A TLS connection; the client's certificate has its key beside it."""
        context = context or ssl.create_default_context(cafile=self.layout.ca_certificate)
        if certificate is not None:
            context.load_cert_chain(certificate, certificate.with_suffix(".key"))
        plain = socket.create_connection(("127.0.0.1", self.port(door)), timeout=seconds)
        return context.wrap_socket(plain, server_hostname="localhost")

    def raw(
        self,
        request: bytes,
        door: str = BALANCER,
        *,
        certificate: Path | None = None,
        parts: Iterable[tuple[float, bytes]] = (),
        seconds: float = 10.0,
    ) -> Answer:
        """Sends bytes as they are, then each of `parts` after a pause; stops sending where the other side closes."""
        began = time.monotonic()
        try:
            with self.connect(door, certificate=certificate, seconds=seconds) as connection:
                try:
                    connection.sendall(request)
                    for pause, part in parts:
                        time.sleep(pause)
                        connection.sendall(part)
                except OSError:
                    pass  # refused before all was sent: the answer may be there all the same
                received, closed = _receive(connection)
        except (ssl.SSLError, ConnectionError):
            if certificate is None:  # only a certificate is a reason to refuse the connection itself
                raise
            received, closed = b"", True
        return _parsed(received, closed, time.monotonic() - began)

    def get(self, path: str, door: str = BALANCER, *, method: str = "GET", **options: Any) -> Answer:
        """One request on a connection of its own; `headers` and `body` as they are."""
        headers: dict[str, str] = options.pop("headers", {})
        body: bytes = options.pop("body", b"")
        lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if body or method in {"POST", "PUT"}:
            lines.append(f"Content-Length: {len(body)}")
        head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
        return self.raw(head + body, door, **options)


def _known(view: Any, times: dict[str, float]) -> dict[str, float]:
    names = {field.name for field in dataclasses.fields(view)}
    return {name: value for name, value in times.items() if name in names}


def _quietly(condition: Callable[[], object]) -> bool:
    try:
        return bool(condition())
    except OSError:
        return False


def _receive(connection: ssl.SSLSocket) -> tuple[bytes, bool]:
    received = b""
    try:
        while part := connection.recv(65536):
            received += part
    except TimeoutError:
        return received, False
    except (ssl.SSLError, ConnectionError):
        pass  # cut off, or a certificate refused, which TLS 1.3 tells with the first read only
    return received, True


def _parsed(received: bytes, closed: bool, seconds: float) -> Answer:
    while received.startswith((b"HTTP/1.1 100", b"HTTP/1.0 100")):
        received = received.partition(b"\r\n\r\n")[2]
    head, _, body = received.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    status = int(lines[0].split()[1]) if lines[0].startswith("HTTP/") else 0
    pairs = (line.partition(":") for line in lines[1:])
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    return Answer(status, headers, body, seconds, closed)
