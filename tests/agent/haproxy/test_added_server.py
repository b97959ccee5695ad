"""A server that HAProxy is told of while it runs."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from support.waiting import until
from zato.agent.haproxy import files
from zato.agent.haproxy.desired_state import DesiredState
from zato.agent.haproxy.names import BACKEND
from zato.agent.haproxy.render import added, server_options
from zato.agent.haproxy.runtime_api import RuntimeApi
from zato.agent.haproxy.view import BalancedServer
from zato.config.kinds.balancer import Balancer
from zato.host.layout import Layout
from zato.host.settings import ClusterSettings
from zato.pki.authority import Authority
from zato.pki.components import issue_missing

CLUSTER = ClusterSettings()


@contextmanager
def healthy(pki: Path) -> Iterator[int]:
    """The port of a server that answers over TLS, and nothing else, that it is well."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pki / "lighttpd-1.crt", pki / "lighttpd-1.key")
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    client, _ = listening.accept()
                except OSError:
                    return
                with suppress(OSError), context.wrap_socket(client, server_side=True) as inside:
                    inside.recv(4096)
                    inside.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()


def test_its_health_is_asked_for_over_tls() -> None:
    with TemporaryDirectory(prefix="zato-") as short:  # the kernel takes 107 bytes for sockets
        layout = Layout(Path(short))
        authority = Authority(layout.pki)
        authority.create(CLUSTER.name)
        issue_missing(authority, hosts=CLUSTER.hosts, servers=1)
        layout.haproxy.mkdir()
        view = files.view_of(layout, CLUSTER, DesiredState(balancer=Balancer(check_interval_seconds=0.1)))
        door = layout.haproxy / "door.sock"
        api = RuntimeApi(door)
        with healthy(layout.pki) as port:
            new = BalancedServer(name="server-2", address="127.0.0.1", port=port, certificate_host="lighttpd-1")
            configuration = layout.haproxy / "small.cfg"
            configuration.write_text(
                f"global\n    ssl-load-extra-del-ext\n    stats socket {door} level admin\n"
                "defaults\n    mode http\n    timeout connect 2s\n    timeout client 2s\n    timeout server 2s\n"
                f"backend {BACKEND}\n    balance roundrobin\n    option httpchk\n"
                "    http-check send meth GET uri / ver HTTP/1.1 hdr Host zato\n"
                f"    server server-1 127.0.0.1:{port} {server_options(view)} sni str(lighttpd-1)\n"
            )
            haproxy = subprocess.Popen(["haproxy", "-db", "-f", str(configuration)])
            try:
                until(door.exists)
                assert "New server registered" in api.ask(f"add server {added(view, new)}")
                api.ask(f"enable health {BACKEND}/server-2")
                api.ask(f"set server {BACKEND}/server-2 state ready; set server {BACKEND}/server-2 health down")
                until(lambda: _status(api.ask("show stat")) == "UP")
            finally:
                haproxy.terminate()
                haproxy.wait()


def _status(statistics: str) -> str:
    rows = [line.split(",") for line in statistics.splitlines()]
    return next((row[17] for row in rows if row[:2] == [BACKEND, "server-2"]), "")
