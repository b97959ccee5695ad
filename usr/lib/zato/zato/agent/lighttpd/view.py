"""What lighttpd's configuration depends on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class LighttpdView:
    """Everything that `render` turns into lighttpd's files. Paths are absolute; NAME.key lies beside each NAME.crt."""

    addresses: tuple[str, ...]
    """On which it listens, the one first by which the machine itself reaches it."""
    port: int
    certificate: Path
    """Shown to HAProxy and to clients."""
    client_ca: Path
    """Issuers of clients' certificates: the cluster's CA and those configured beside it, in one file."""
    authority_file: Path
    """The cluster's CA alone: who comes from HAProxy of this machine shows a certificate of it."""
    authority: bytes
    """The cluster's CA as DER: by its key, and by nothing else, lighttpd knows HAProxy and the cluster's clients."""
    edge_socket: Path
    """Where it listens for HAProxy of this machine, which alone can open it."""
    front_socket: Path
    """Where the server listens."""
    health_socket: Path
    """Where it listens for questions about its health."""
    directory: Path
    """Where the rendered files, and `uploads/` for large bodies, are."""
    own: str = ""
    """What administrators have added: the end of the configuration."""
    body_bytes_max: int = 10 * 1024 * 1024
    uploads_bytes_max: int = 2 * 1024**3
    """For bodies that are kept in files."""
    connections_max: int = 5000
    direct_requests_max: int = 1250
    """In progress of one address that does not come through HAProxy."""
    client_idle_seconds: float = 120.0
    """For a client that has stopped sending its request or reading its answer. HAProxy's own time, since HAProxy can
    tell its clients why, and a minute and more beside it, in which lighttpd and all others may have stood still."""
    keep_alive_seconds: float = 180.0
    """HAProxy keeps an idle connection for less, also where it stood still for a minute and more."""
    reload_seconds: float = 60.0
    """For requests under way when lighttpd is reloaded."""
