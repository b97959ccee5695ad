"""The chains of the peers: HAProxy as our configuration has it, over TLS, before each of them over plain HTTP."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import urllib3

import zato.agent.haproxy.names as haproxy
from benchmarks.chains import created, running
from support.waiting import until

HERE = Path(__file__).parent
BUILD = HERE.parent.parent / "build" / "peers"
_SERVER = re.compile(r"^    (default-)?server .*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Peer:
    """Where it answers, and the processes below which it all runs, HAProxy's first."""

    url: str
    pids: tuple[int, ...]


@contextmanager
def fastapi(directory: Path) -> Iterator[Peer]:
    """Two processes of uvicorn, as many as there are workers in the cluster, with uvloop and httptools."""
    with _before(directory) as (url, port, haproxy_pid):
        uvicorn = [str(BUILD / "python" / "bin" / "python"), "-m", "uvicorn", "--app-dir", str(HERE), "--port", port]
        quick = ["--workers", "2", "--loop", "uvloop", "--http", "httptools", "--no-access-log"]
        with running([*uvicorn, *quick, "--log-level", "warning", "fastapi_application:app"]) as pid:
            _await(port)
            yield Peer(url, (haproxy_pid, pid))


@contextmanager
def node_red(directory: Path) -> Iterator[Peer]:
    """One process, as it knows no other way."""
    with _before(directory) as (url, port, haproxy_pid):
        place = directory / "node-red"
        place.mkdir()
        (place / "flows.json").write_bytes((HERE / "node_red" / "flows.json").read_bytes())
        program = str(BUILD / "node_red" / "node_modules" / "node-red" / "red.js")
        settings = ["--userDir", str(place), "--settings", str(HERE / "node_red" / "settings.js")]
        with running(["node", program, *settings], output=place / "output.log", PEER_PORT=port) as pid:
            _await(port)
            yield Peer(url, (haproxy_pid, pid))


def _await(port: str) -> None:
    def answers() -> bool:
        try:
            return bool(urllib3.request("GET", f"http://127.0.0.1:{port}/zato/health", retries=False).status == 200)
        except urllib3.exceptions.HTTPError:
            return False

    until(answers)


@contextmanager
def _before(directory: Path) -> Iterator[tuple[str, str, int]]:
    """HAProxy's URL, the port on which it expects its one server, and its process."""
    layout, cluster = created(directory)
    port = str(cluster.lighttpd_port_of(1))
    file = haproxy.configuration(layout)
    text = file.read_text(encoding="utf-8")
    if len(_SERVER.findall(text)) != 2:
        raise SystemExit(f"{file} has other servers than were expected")
    # No questions for its health: one that does a thing at a time may be too busy for them
    plain = f"    server server-1 127.0.0.1:{port}"
    file.write_text(_SERVER.sub(lambda found: "" if found[1] else plain, text), encoding="utf-8")
    with running(haproxy.command(layout), output=Path(os.devnull)) as pid:
        yield f"https://localhost:{cluster.lb_port}", port, pid
