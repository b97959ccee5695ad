"""python -m benchmarks.on_port DIR PORT: server 1's workers on a TCP port, without HAProxy and lighttpd."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from zato.host.layout import Layout
from zato.host.logs import configure
from zato.host.settings import load_cluster, load_server
from zato.metrics.allocated import count_in
from zato.server.gunicorn_application import ServerApplication
from zato.server.worker_process import WorkerProcess

count_in(Path(tempfile.mkdtemp(prefix="zato-bench-metrics-")))
layout = Layout(Path(sys.argv[1]))
settings = load_server(layout, 1)
configure("text", settings.log_level, "bench")
process = WorkerProcess(layout, 1, load_cluster(layout), settings)
# The doors of the server that runs from the directory are that one's
doors = Layout(Path(tempfile.mkdtemp(prefix="zato-bench-"))).server(1)
for door in (doors.front_socket, doors.internal_socket):
    door.parent.mkdir(parents=True)
application = ServerApplication(
    doors,
    settings,
    process.load,
    threads_max=lambda: settings.threads_max,
    memory=process.memory,
    load_seen=process.load_seen,
    hooks={},
    drain_time=lambda: 0.0,
    workers=lambda: settings.workers,
    stuck_seconds=lambda: settings.stuck_seconds,
)
application.cfg.set("bind", [f"127.0.0.1:{sys.argv[2]}"])
application.run()
