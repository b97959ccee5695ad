"""python -m benchmarks.bare_chain DIR: bare Falcon, lighttpd and HAProxy below the supervisor that a quickstart has."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import zato.agent.haproxy.names as haproxy
import zato.agent.lighttpd.files as lighttpd
from benchmarks.chains import OURS
from zato.host.layout import Layout
from zato.logbook.ring import RingWriter
from zato.quickstart.output import Output
from zato.quickstart.starting import Command
from zato.quickstart.supervisor import Supervisor

layout = Layout(Path(sys.argv[1]))
server = layout.server(1)
server.front_socket.parent.mkdir(parents=True, exist_ok=True)
BOTH = ("--bind", f"unix:{server.front_socket}", "--bind", f"unix:{server.health_socket}")
commands = [
    Command("server1", (*OURS, *BOTH, "benchmarks.bare:app")),
    Command("lighttpd1", tuple(lighttpd.command(server)), stop_signal=signal.SIGINT),
    Command("haproxy", tuple(haproxy.command(layout))),
]
output = Output([each.name for each in commands], "text", RingWriter(layout.log))
supervisor = Supervisor(commands, layout.root / "bare.pids", output)
signal.signal(signal.SIGTERM, supervisor.stop)
supervisor.run()
