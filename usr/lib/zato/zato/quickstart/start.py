"""Starts a cluster in the foreground and says how to use it."""

from __future__ import annotations

import shutil
import signal
import ssl
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from zato.host.layout import Layout
from zato.host.settings import ClusterSettings, load_cluster
from zato.quickstart.edge import write_edge
from zato.quickstart.examples import Examples
from zato.quickstart.preflight import RunLock, check_directory, check_ports, program
from zato.quickstart.supervisor import Command, Supervisor

_PROBE_SECONDS = 0.25
_PATIENCE_SECONDS = 60.0


def commands(layout: Layout, cluster: ClusterSettings) -> list[Command]:
    """All processes, in the order in which they are stopped: those that let requests in before those that answer."""
    numbers = range(1, cluster.servers + 1)
    haproxy, lighttpd = program("haproxy"), program("lighttpd")

    def python(module: str, *options: str) -> tuple[str, ...]:
        return (sys.executable, "-m", module, "--root", str(layout.root), *options)

    return [
        Command("haproxy", (haproxy, "-db", "-f", str(layout.haproxy / "haproxy.cfg")), signal.SIGUSR1),
        *(Command(f"hotdeploy-{n}", python("zato.hotdeploy", "--server", str(n))) for n in numbers),
        *(Command(f"lighttpd-agent-{n}", python("zato.agent.lighttpd", "--server", str(n))) for n in numbers),
        Command("singleton", python("zato.singleton")),
        *(
            Command(
                f"lighttpd-{n}",
                (lighttpd, "-D", "-f", str(layout.server(n).lighttpd / "lighttpd.conf")),
                signal.SIGINT,  # lighttpd's word for "finish what you have, then end"
            )
            for n in numbers
        ),
        *(Command(f"server-{n}", python("zato.server", "--server", str(n))) for n in numbers),
    ]


def start(layout: Layout, examples: Path | None) -> None:
    """Run the cluster until Ctrl-C or SIGTERM. Raises SetupError for whatever stands in the way."""
    check_directory(layout)
    cluster = load_cluster(layout)
    lock = RunLock(layout.lock)
    lock.acquire()
    check_ports(cluster)
    write_edge(layout, cluster)
    for number in range(1, cluster.servers + 1):
        shutil.rmtree(layout.server(number).run, ignore_errors=True)
        layout.server(number).run.mkdir(mode=0o700)
    supervisor = Supervisor(commands(layout, cluster), layout.run / "processes")
    signal.signal(signal.SIGINT, supervisor.stop)
    signal.signal(signal.SIGTERM, supervisor.stop)
    greeting = _Greeting(layout, cluster, supervisor.say, examples)
    supervisor.say(f"Starting cluster {cluster.name!r} from {layout.root}")
    supervisor.run(greeting.look)
    supervisor.say("Everything has ended")


class _Greeting:
    """Waits for the first ping to come through the balancer, then says how to go on."""

    def __init__(
        self, layout: Layout, cluster: ClusterSettings, say: Callable[[str], None], examples: Path | None
    ) -> None:
        self._layout = layout
        self._cluster = cluster
        self._say = say
        self._examples = Examples(layout, cluster, examples, say) if examples else None
        self._started = time.monotonic()
        self._next = 0.0
        self._done = False
        self._url = f"https://{cluster.host}:{cluster.lb_port}"

    def look(self) -> None:
        now = time.monotonic()
        if self._done or now < self._next:
            return
        self._next = now + _PROBE_SECONDS
        if now - self._started > _PATIENCE_SECONDS:
            self._say(f"Nothing answers at {self._url}/zato/ping yet; the lines above say why.")
            self._started = now
        if not self._ping():
            return
        self._done = True
        self._say(f"Ready after {time.monotonic() - self._started:.1f} s")
        if self._examples is not None:
            self._examples.deploy()
        self._explain()

    def _ping(self) -> bool:
        context = ssl.create_default_context(cafile=str(self._layout.ca_certificate))
        try:
            with urllib.request.urlopen(f"{self._url}/zato/ping", timeout=2, context=context) as answer:  # noqa: S310
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False

    def _explain(self) -> None:
        ca = _short(self._layout.ca_certificate)
        lines = [
            "",
            f"  Balancer       {self._url}",
            f"  CA certificate {ca}",
            f"  Drop services  {_short(self._layout.server(1).pickup)}/",
            f"  Command line   {_short(Path(sys.executable).parent / 'zato')} --help",
            "",
            "  Try it, in another terminal:",
            f"    curl --cacert {ca} {self._url}/zato/ping",
        ]
        if self._examples is not None:
            lines += [f"    curl --cacert {ca} '{self._url}{path}'" for path in self._examples.paths]
        lines += ["", "  Ctrl-C ends everything."]
        for line in lines:
            self._say(line)


def _short(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
