"""A whole cluster, started as a user would, on free ports in a temporary directory."""

from __future__ import annotations

import contextlib
import os
import signal
import ssl
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import urllib3

from support import command_line
from support.doors import Doors
from support.ports import free_ports
from support.waiting import PATIENCE_SECONDS, until
from zato.agent.haproxy.runtime_api import RuntimeApi
from zato.client.api import ApiClient
from zato.core.errors import ZatoError
from zato.host.layout import Layout

START_SECONDS = 120
SETTLE_SECONDS = 10  # that servers which are ready later than the first one have
STOP_SECONDS = 30


def _servers(options: tuple[str, ...]) -> int:
    return int(options[options.index("--servers") + 1]) if "--servers" in options else 1


class RunningCluster:
    """`zato quickstart` in `directory`; its output goes to `directory/../output.log`."""

    def __init__(self, directory: Path, *options: str) -> None:
        self.layout = Layout(directory)
        servers = max(_servers(options), 2)  # as a test may add one
        self.lb_port, self.agent_port, self.console_port, *others = free_ports(3 + 2 * servers)
        self.lighttpd_port, self.edge_agent_port = others[0], others[servers]
        self._options = options
        # The start of several keeps a machine so busy that checks after the first ones can be late
        self._steady_seconds = 0.0 if _servers(options) == 1 else 1.0
        self.start_command = [sys.executable, "-m", "zato.cli.main", "quickstart", "start", str(directory)]
        self.start_options: tuple[str, ...] = ()
        self.output = directory.parent / f"{directory.name}.log"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"https://localhost:{self.lb_port}"

    @property
    def direct_url(self) -> str:
        return f"https://localhost:{self.lighttpd_port}"

    @property
    def console_url(self) -> str:
        """Where the web console is, in a cluster that was asked to have one by `--console`."""
        return f"https://localhost:{self.console_port}"

    def zato(self, *arguments: str, check: bool = True, input: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run the command line against this cluster; `input` is its standard input."""
        return command_line.zato("--home", str(self.layout.root), *arguments, check=check, input=input)

    def create(self) -> None:
        ports = ["--lb-port", str(self.lb_port), "--lighttpd-port", str(self.lighttpd_port)]
        ports += ["--haproxy-agent-port", str(self.agent_port), "--lighttpd-agent-port", str(self.edge_agent_port)]
        # Tests that use no console do not wait for one, nor pay for it
        ports += ["--console-port", str(self.console_port)] if "--console" in self._options else ["--no-console"]
        self.zato("quickstart", "create", str(self.layout.root), *ports, *self._options)

    def start(self) -> None:
        if not self.layout.settings.exists():
            self.create()
        self.output.unlink(missing_ok=True)
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                [*self.start_command, *self.start_options],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._await_ping()

    def _await_ping(self) -> None:
        assert self.process is not None
        deadline, settled, steady = time.monotonic() + START_SECONDS, 0.0, 0.0
        while time.monotonic() < deadline and self.process.poll() is None:
            answers = self.is_checked() and self.answers()  # the first costs no handshake
            steady = (steady or time.monotonic()) if answers and self._all_are_checked() else 0.0
            if answers:
                settled = settled or time.monotonic() + SETTLE_SECONDS
                if (steady and time.monotonic() - steady > self._steady_seconds) or time.monotonic() > settled:
                    return
            time.sleep(0.05)
        self.stop()
        raise AssertionError(f"The cluster did not start:\n{self.said()[-6000:]}")

    def stop(self) -> int | None:
        """End it as Ctrl-C does; its exit code. Raises AssertionError with its output where it does not end."""
        if self.process is None:
            return None
        process, self.process = self.process, None
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        try:
            return process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError(f"The cluster did not end:\n{self.said()[-6000:]}") from None

    def kill(self, *, everything: bool) -> None:
        """kill -9 of the supervisor, or of all processes."""
        assert self.process is not None
        for pid in [self.process.pid, *(self.pids().values() if everything else ())]:
            with contextlib.suppress(ProcessLookupError):  # the others may end as the supervisor has
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        self.process = None

    def said(self) -> str:
        """What it printed since it was last started."""
        return self.output.read_text(encoding="utf-8", errors="replace")

    def is_checked(self) -> bool:
        """Whether HAProxy has found a server well: it takes all for well at first, late ones for down then."""
        try:
            return "L7OK" in RuntimeApi(self.layout.haproxy_socket).ask("show stat")
        except ZatoError:
            return False

    def _all_are_checked(self) -> bool:
        """Whether HAProxy finds each server well that it may use: on a busy machine its first checks can be late."""
        try:
            rows = RuntimeApi(self.layout.haproxy_socket).ask("show stat").splitlines()
        except ZatoError:
            return False
        return all("L7OK" in row for row in rows if row.startswith("servers,server-") and "MAINT" not in row)

    def answers(self) -> bool:
        """Whether /zato/ping answers 200 through the balancer."""
        try:
            return bool(self.request("GET", "/zato/ping").status == 200)
        except urllib3.exceptions.HTTPError:
            return False

    def doors(self) -> Doors:
        """For requests that no client library would send."""
        return Doors(self.layout.ca_certificate, balancer=self.lb_port, direct=self.lighttpd_port)

    def context(self, client: str | None = None) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self.layout.ca_certificate))
        if client is not None:
            context.load_cert_chain(self.layout.pki / f"{client}.crt", self.layout.pki / f"{client}.key")
        return context

    def pool(self, client: str | None = None, *, direct: bool = False, maxsize: int = 16) -> Any:
        url = self.direct_url if direct else self.url
        return urllib3.connection_from_url(
            url, ssl_context=self.context(client), maxsize=maxsize, timeout=PATIENCE_SECONDS
        )

    def console_pool(self) -> Any:
        """Connections to the web console."""
        return urllib3.connection_from_url(
            self.console_url, ssl_context=self.context(), maxsize=4, timeout=PATIENCE_SECONDS
        )

    def request(self, method: str, path: str, **more: Any) -> Any:
        """One request through the balancer, never repeated."""
        with self.pool() as pool:
            return pool.request(method, path, retries=False, **more)

    def unwell(self) -> list[dict[str, Any]]:
        """What the status finds, but for what leads to services and connections that other tests have taken away."""
        loose = ("no-such-service", "no-such-connection")
        return [finding for finding in self.api().status()["findings"] if finding["code"] not in loose]

    def settle(self) -> None:
        """Wait until all workers go by what the configuration is now: a change is answered once it is stored."""
        api = self.api()
        last = api.status()["odb"]["revision"]

        def known() -> bool:
            workers = [worker for server in api.status()["servers"] for worker in server["workers"] if worker["alive"]]
            return bool(workers) and all(worker["applied_revision"] >= last for worker in workers)

        until(known)

    def api(self) -> ApiClient:
        """The admin API as the administrator."""
        return ApiClient.over_https(
            self.url,
            ca=self.layout.ca_certificate,
            certificate=self.layout.pki / "admin.crt",
            key=self.layout.pki / "admin.key",
        )

    def pids(self) -> dict[str, int]:
        """The processes by name, as the supervisor wrote them down."""
        file = self.layout.run / "processes"
        lines = file.read_text().splitlines() if file.exists() else []
        return {name: int(pid) for name, pid in (line.split() for line in lines)}

    def worker_pids(self, server: int = 1) -> list[int]:
        """The workers of a server: those children of its gunicorn master that are not its zygote."""
        master = self.pids()[f"server-{server}"]
        children = Path(f"/proc/{master}/task/{master}/children").read_text(encoding="ascii").split()
        return [pid for pid in map(int, children) if b"zato.server\0--root" in _command_line(pid)]

    def workers(self) -> set[int]:
        """The workers of all servers."""
        numbers = [int(name.removeprefix("server-")) for name in self.pids() if name.startswith("server-")]
        return {pid for number in numbers for pid in self.worker_pids(number)}

    def drop(self, name: str, source: str | bytes) -> None:
        """Put a file into the pickup directory the way `cp` does."""
        data = source.encode() if isinstance(source, str) else source
        (self.layout.server(1).pickup / name).write_bytes(data)


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
