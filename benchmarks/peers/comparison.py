"""The chain against its peers, with services that all of them have."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from benchmarks.chains import GUNICORN, HELLO, running, wrk
from benchmarks.peers.chains import HERE, fastapi, node_red
from benchmarks.ratios import ratios
from support.cluster import RunningCluster
from support.ports import free_port
from support.waiting import until

ECHO = """
import msgspec

from zato.server.service import Service

class Line(msgspec.Struct):
    product: str
    count: int
    price: float

class Order(msgspec.Struct):
    customer: str
    number: int
    lines: list[Line]

class Echo(Service):
    name = 'bench.echo'
    input = Order

    def handle(self):
        self.response.payload = self.request.input
"""
SCRIPTS = {"hello": None, "echo": HERE / "echo.lua"}
"""What wrk sends, by service."""
_BESIDE_FASTAPI, _BESIDE_NODE_RED, _BESIDE_GTHREAD = 1.0, 1.3, 1.0


def deploy(cluster: RunningCluster) -> None:
    """The services of the chain that is compared, and their channels."""
    api = cluster.api()
    api.deploy("bench.py", HELLO.format(n="").encode())
    api.deploy("echo.py", ECHO.encode())
    api.create_item("channel-rest", "hello", {"service": "bench.hello", "path": "/hello", "methods": ["GET"]})
    api.create_item("channel-rest", "echo", {"service": "bench.echo", "path": "/echo", "methods": ["POST"]})
    until(lambda: cluster.request("GET", "/hello").status == 200)
    cluster.settle()


def peers() -> bool:
    """Print the ratios of the chain to each peer; they depend on what else the machine does."""
    with tempfile.TemporaryDirectory(prefix="zato-bench-") as directory:
        cluster = RunningCluster(Path(directory) / "z", "--workers", "2")
        cluster.start()
        try:
            deploy(cluster)
            _compare(cluster.url, Path(directory))
        finally:
            cluster.stop()
    return True


def _compare(url: str, directory: Path) -> None:
    gthread = f"127.0.0.1:{free_port()}"
    on_gthread = ["--worker-class", "gthread", "--threads", "4", "--bind", gthread]
    with ExitStack() as beside_it:
        fast = beside_it.enter_context(fastapi(directory / "fastapi"))
        node = beside_it.enter_context(node_red(directory / "node-red"))
        beside_it.enter_context(running([*GUNICORN, *on_gthread, "benchmarks.bare:app"]))
        for what, script in SCRIPTS.items():
            load = partial(wrk, script=script)
            for connections in (16, 64):
                beside = f"{what}, {connections} connections, the chain :"
                theirs = {
                    f"{beside} FastAPI behind HAProxy": (
                        _BESIDE_FASTAPI,
                        partial(load, f"{fast.url}/{what}", connections),
                    ),
                    f"{beside} Node-RED behind HAProxy": (
                        _BESIDE_NODE_RED,
                        partial(load, f"{node.url}/{what}", connections),
                    ),
                }
                # At 16 the peer is bistable
                if what == "hello" and connections == 64:
                    beside += " bare Falcon on gthread, plain HTTP"
                    theirs[beside] = _BESIDE_GTHREAD, partial(load, f"http://{gthread}/{what}", connections)
                ratios(partial(load, f"{url}/{what}", connections), theirs)
