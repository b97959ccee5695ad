"""Who is let in by the agents of a running cluster."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path

from support.cluster import RunningCluster


def lets_in(cluster: RunningCluster, port: int, host: str, certificate: Path | None) -> bool:
    """Whether the agent at `port`, whose certificate is for `host`, answers to who has this one, or none."""
    context = ssl.create_default_context(cafile=str(cluster.layout.ca_certificate))
    if certificate is not None:
        context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    try:
        with (
            socket.create_connection(("127.0.0.1", port), 5) as plain,
            context.wrap_socket(plain, server_hostname=host) as connection,
        ):
            connection.sendall(b"GET /zato/agent/state HTTP/1.0\r\n\r\n")
            return connection.recv(100).startswith(b"HTTP/1.0 200")
    except OSError:
        return False
