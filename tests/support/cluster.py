"""A whole cluster, started as a user would, on free ports in a temporary directory."""

from __future__ import annotations

import signal
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import urllib3

from zato.client.api import ApiClient
from zato.host.layout import Layout

START_SECONDS = 40


def free_ports(count: int) -> list[int]:
    """Ports that were free a moment ago, in a row of consecutive lookups."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()


class RunningCluster:
    """`zato quickstart` in `directory`; its output goes to `directory/../output.log`."""

    def __init__(self, directory: Path, *options: str) -> None:
        self.layout = Layout(directory)
        self.lb_port, self.lighttpd_port = free_ports(2)
        self._options = options
        self.output = directory.parent / f"{directory.name}.log"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"https://localhost:{self.lb_port}"

    @property
    def direct_url(self) -> str:
        return f"https://localhost:{self.lighttpd_port}"

    def zato(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run the command line against this cluster."""
        return subprocess.run(
            [sys.executable, "-m", "zato.cli.main", "--home", str(self.layout.root), *arguments],
            check=check,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def start(self) -> None:
        if not self.layout.settings.exists():
            ports = ("--lb-port", str(self.lb_port), "--lighttpd-port", str(self.lighttpd_port))
            self.zato("quickstart", "create", str(self.layout.root), *ports, *self._options)
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "zato.cli.main", "quickstart", "start", str(self.layout.root)],
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._await_ping()

    def _await_ping(self) -> None:
        assert self.process is not None
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if self.request("GET", "/zato/ping").status == 200:
                    return
            except urllib3.exceptions.HTTPError:
                pass
            time.sleep(0.1)
        raise AssertionError(f"The cluster did not start:\n{self.output.read_text()[-6000:]}")

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(25)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def context(self, client: str | None = None) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self.layout.ca_certificate))
        if client is not None:
            context.load_cert_chain(self.layout.pki / f"{client}.crt", self.layout.pki / f"{client}.key")
        return context

    def pool(self, client: str | None = None, *, direct: bool = False, maxsize: int = 16) -> Any:
        return urllib3.connection_from_url(
            self.direct_url if direct else self.url, ssl_context=self.context(client), maxsize=maxsize, timeout=20
        )

    def request(self, method: str, path: str, **more: Any) -> Any:
        """One request through the balancer, never repeated."""
        with self.pool() as pool:
            return pool.request(method, path, retries=False, **more)

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
        lines = (self.layout.run / "processes").read_text().splitlines()
        return {name: int(pid) for name, pid in (line.split() for line in lines)}

    def drop(self, name: str, source: str | bytes) -> None:
        """Put a file into the pickup directory the way `cp` does."""
        data = source.encode() if isinstance(source, str) else source
        (self.layout.server(1).pickup / name).write_bytes(data)
