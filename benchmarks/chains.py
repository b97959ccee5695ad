"""What is measured and what it is compared with: Zato's chain, bare Falcon in the same one, and the load on both."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

import zato.agent.haproxy.files as haproxy
import zato.agent.lighttpd.files as lighttpd
from support.ports import free_ports
from zato.host.layout import Layout
from zato.host.settings import ClusterSettings, load_cluster, load_server

SECONDS = 3
_OPTIONS = ["--no-control-socket", "--log-level", "warning", "--workers", "2"]
GUNICORN = [sys.executable, "-m", "gunicorn", *_OPTIONS]
OURS = [sys.executable, "-m", "benchmarks.bare_server", *_OPTIONS]
OURS += ["--worker-class", "zato.server.worker.AcceptingThreadsWorker", "--threads", "512"]
HELLO = """
from zato.server.service import Service

class Hello(Service):
    name = 'bench.hello{n}'

    def handle(self):
        self.response.payload = {{'hello': 'world'}}
"""


@dataclass(frozen=True, slots=True)
class Load:
    """What wrk has done: requests answered, and how many in a second."""

    requests: int
    rate: float


@dataclass(frozen=True, slots=True)
class Chain:
    """HAProxy, lighttpd and gunicorn with bare Falcon below one process `pid`."""

    url: str
    pid: int


def wrk(url: str, connections: int, *, close: bool = False, script: Path | None = None) -> Load:
    """Load for a few seconds; `script` says, in Lua, what requests are. Stops the run where any of them failed."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}", "--timeout", "10s"]
    if close:
        command += ["-H", "Connection: close"]
    if script is not None:
        command += ["-s", str(script)]
    command.append(url)
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in text or "Socket errors" in text:
        raise SystemExit(f"{url}: {text}")
    rate = re.search(r"Requests/sec:\s+([0-9.]+)", text)
    count = re.search(r"(\d+) requests in", text)
    assert rate is not None
    assert count is not None
    return Load(int(count[1]), float(rate[1]))


@contextmanager
def running(command: list[str], *, output: Path | None = None, **environment: str) -> Iterator[int]:
    """A process and its pid; what it prints goes to `output`, or where this process's goes."""
    with output.open("wb") if output else nullcontext() as file:
        variables = {**os.environ, **environment}
        errors = subprocess.STDOUT if file else None
        process = subprocess.Popen(command, cwd=Path(__file__).parent.parent, env=variables, stdout=file, stderr=errors)
        time.sleep(2)
        try:
            yield process.pid
        finally:
            process.terminate()
            process.wait()


def created(directory: Path) -> tuple[Layout, ClusterSettings]:
    """The directory of a cluster of its own, on free ports; HAProxy's files are in place."""
    port, lighttpd_port, agent_port, edge_agent_port = map(str, free_ports(4))
    layout = Layout(directory)
    ports = [
        "--lb-port",
        port,
        "--lighttpd-port",
        lighttpd_port,
        "--haproxy-agent-port",
        agent_port,
        "--lighttpd-agent-port",
        edge_agent_port,
        "--workers",
        "2",
    ]
    zato = [sys.executable, "-m", "zato.cli.main", "quickstart", "create", str(directory), *ports]
    subprocess.run(zato, check=True, stdout=subprocess.DEVNULL)
    cluster = load_cluster(layout)
    layout.server(1).edge_socket.parent.mkdir(parents=True)
    haproxy.write(layout, haproxy.view_of(layout, cluster, haproxy.state_to_start_with(layout, cluster)))
    return layout, cluster


@contextmanager
def bare_chain(directory: Path) -> Iterator[Chain]:
    """Bare Falcon behind HAProxy and lighttpd, configured and supervised as for a cluster."""
    layout, cluster = created(directory)
    lighttpd.write(layout, lighttpd.view_of(layout, cluster, 1, load_server(layout, 1)))
    command = [sys.executable, "-m", "benchmarks.bare_chain", str(directory)]
    with running(command, output=directory / "output.log") as pid:
        time.sleep(3)
        yield Chain(f"https://localhost:{cluster.lb_port}", pid)


def descendants(root: int) -> Iterator[int]:
    """`root` and all processes below it."""
    pending = [root]
    while pending:
        pid = pending.pop()
        yield pid
        try:
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        except OSError:
            continue
        pending.extend(map(int, children))
