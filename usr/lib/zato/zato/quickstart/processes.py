"""The processes of a cluster on one machine."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from zato.agent.haproxy.names import command
from zato.host.layout import Layout
from zato.host.programs import program
from zato.host.settings import ClusterSettings
from zato.quickstart.supervisor import Command

# Those that let requests in end before those that answer them.
_BALANCER, _FOLLOWERS, _EDGE, _SERVERS = range(4)


def commands(layout: Layout, cluster: ClusterSettings, greeting: tuple[str, ...]) -> list[Command]:
    """All processes that the supervisor runs; `greeting` are the options of the one that runs once."""
    numbers = range(1, cluster.servers + 1)
    root = str(layout.root)
    # Before, the edge could answer with errors only
    sockets = tuple(layout.server(number).front_socket for number in numbers)

    def python(module: str, *options: str) -> tuple[str, ...]:
        # Not from the directory that somebody starts it in
        return (sys.executable, "-P", "-m", module, "--root", root, *options)

    def lighttpd(number: int) -> Command:
        file = layout.server(number).lighttpd / "lighttpd.conf"
        # SIGINT is lighttpd's word for: finish what you have, then end
        arguments = (program("lighttpd"), "-D", "-f", str(file))
        return Command(f"lighttpd-{number}", arguments, signal.SIGINT, _EDGE, after=sockets)

    def listener(number: int) -> Command:
        arguments = python("zato.listener", "--server", str(number))
        # It finishes what it has begun; started later, it leaves the processor to those that answer first
        after = (layout.server(number).internal_socket,)
        return Command(f"listener-{number}", arguments, stage=_FOLLOWERS, patience_seconds=10.0, after=after)

    return [
        *(
            Command(f"server-{n}", python("zato.server", "--server", str(n)), stage=_SERVERS, patience_seconds=10.0)
            for n in numbers
        ),
        *(lighttpd(n) for n in numbers),
        Command("haproxy", tuple(command(layout)), signal.SIGUSR1, _BALANCER, patience_seconds=2.0, after=sockets),
        *(Command(f"hotdeploy-{n}", python("zato.hotdeploy", "--server", str(n)), stage=_FOLLOWERS) for n in numbers),
        *(
            Command(f"lighttpd-agent-{n}", python("zato.agent.lighttpd", "--server", str(n)), stage=_FOLLOWERS)
            for n in numbers
        ),
        *(listener(n) for n in numbers),
        Command("haproxy-agent", python("zato.agent.haproxy"), stage=_FOLLOWERS),
        Command("singleton", python("zato.singleton"), stage=_FOLLOWERS),
        Command("greeting", python("zato.quickstart.greeting", *greeting), stage=_BALANCER, once=True, after=sockets),
    ]


def greeting_options(since: float, examples: Path | None) -> tuple[str, ...]:
    """The greeting's options; `since` is when the start began, by the machine's monotonic clock."""
    return ("--since", str(since), *(("--examples", str(examples)) if examples else ()))
