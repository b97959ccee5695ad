"""The processes of a cluster on one machine. Whoever imports this has all that they have in common."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import zato.admin.__main__ as admin
import zato.agent.haproxy.__main__ as haproxy_agent
import zato.agent.lighttpd.__main__ as lighttpd_agent
import zato.hotdeploy.__main__ as hotdeploy
import zato.listener.__main__ as listener
import zato.server.__main__ as server
import zato.singleton.__main__ as singleton
from zato.admin import edge as console_edge
from zato.agent.haproxy.names import command
from zato.host.layout import Layout
from zato.host.programs import program
from zato.host.settings import ClusterSettings
from zato.quickstart import greeting
from zato.quickstart.starting import Command

# Those that let requests in end before those that answer them.
_BALANCER, _FOLLOWERS, _EDGE, _SERVERS = range(4)


def commands(
    layout: Layout, cluster: ClusterSettings, greeting_options: Sequence[str], *, console: bool
) -> list[Command]:
    """All processes that the supervisor runs, with the web console or without; the greeting runs once."""
    # Before, the edge could answer with errors only
    sockets = tuple(layout.server(number).front_socket for number in range(1, cluster.servers + 1))

    def ours(
        name: str,
        module: ModuleType,
        *options: str,
        stage: int = _FOLLOWERS,
        patience_seconds: float = 3.0,
        once: bool = False,
        after: tuple[Path, ...] = (),
    ) -> Command:
        # Not from the directory that somebody starts it in
        python = (sys.executable, "-P", "-m", module.__name__.removesuffix(".__main__"))
        return Command(
            name,
            (*python, "--root", str(layout.root), *options),
            main=module.main,
            stage=stage,
            patience_seconds=patience_seconds,
            once=once,
            after=after,
        )

    def of_server(number: int) -> list[Command]:
        paths = layout.server(number)
        option = ("--server", str(number))
        # SIGINT is lighttpd's word for: finish what you have, then end
        lighttpd = (program("lighttpd"), "-D", "-f", str(paths.lighttpd / "lighttpd.conf"))
        # It finishes what it has begun; started later, it leaves the processor to those that answer first
        listening = ours(f"listener-{number}", listener, *option, patience_seconds=10.0, after=(paths.internal_socket,))
        return [
            ours(f"server-{number}", server, *option, stage=_SERVERS, patience_seconds=10.0),
            Command(f"lighttpd-{number}", lighttpd, stop_signal=signal.SIGINT, stage=_EDGE, after=sockets),
            ours(f"hotdeploy-{number}", hotdeploy, *option),
            ours(f"lighttpd-agent-{number}", lighttpd_agent, *option),
            listening,
        ]

    # Nobody waits for the console, and everybody for the rest
    console_after = (*sockets, layout.server(1).internal_socket)
    of_console = [
        ours("console", admin, after=console_after),
        Command(
            "console-lighttpd",
            console_edge.command(layout),
            stop_signal=signal.SIGINT,
            stage=_EDGE,
            after=console_after,
        ),
    ]
    balancer = tuple(command(layout))
    return [
        *(each for number in range(1, cluster.servers + 1) for each in of_server(number)),
        Command("haproxy", balancer, stop_signal=signal.SIGUSR1, stage=_BALANCER, patience_seconds=2.0, after=sockets),
        ours("haproxy-agent", haproxy_agent),
        ours("singleton", singleton),
        *(of_console if console else ()),
        ours("greeting", greeting, *greeting_options, stage=_BALANCER, once=True, after=sockets),
    ]
