"""What HAProxy's configuration depends on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from zato.config.balancing import Mode
from zato.config.kinds.balancer import Balancer
from zato.core.limits import TIME_LIMIT_SECONDS_MAX

EDGE_VARIABLE = "ZATO_EDGE"
"""Names, in HAProxy's environment, the listening socket that it inherits, as `fd@N`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BalancedServer:
    """A server of the cluster as HAProxy sees it: its lighttpd."""

    name: str
    """Short, for log lines and the Runtime API: "server-1"."""
    address: str
    port: int
    socket: Path | None = None
    """Where its lighttpd is reached on the same machine, in place of address and port."""
    certificate_host: str
    """A host name that the certificate of this lighttpd must be for."""
    mode: Mode = Mode.READY
    weight: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class HaproxyView:
    """Everything that `render` turns into haproxy.cfg. Paths are absolute; NAME.key lies beside each NAME.crt."""

    address: str
    port: int
    certificate: Path
    """Shown to clients."""
    public_certificate: Path | None = None
    """Shown to those who ask for one of its names; its key is in the same file."""
    certificates: Path | None = None
    """Where HAProxy reads which certificate is shown to whom; with a public one only."""
    client_certificate: Path
    """Shown to lighttpd, which believes what its owner says about clients."""
    ca: Path
    """Issuer of the certificates of all lighttpds."""
    client_ca: Path
    """Issuers of clients' certificates: the cluster's CA and those configured beside it, in one file."""
    ca_subject: str
    """Subject of the cluster's CA (RFC 4514). Clients of other CAs are told by fingerprints, not by subjects."""
    ca_fingerprint: str
    """SHA-256 of the DER of the cluster's CA."""
    foreign_authorities: bool
    """Whether there are others than the cluster's CA in `client_ca`."""
    admin_socket: Path
    """The Runtime API, for HAProxy's own user."""
    status_socket: Path
    """The same without the right to change anything, also for the socket's group: it tells whether HAProxy runs."""
    server_states: Path
    """What HAProxy begins with."""
    answering: Path
    """A file in Lua: see haproxy/answer.lua."""
    servers: tuple[BalancedServer, ...]
    balancer: Balancer
    inherits_edge: bool = False
    """Whether the socket that clients connect to is opened for HAProxy: see EDGE_VARIABLE."""
    body_bytes_max: int = 10 * 1024 * 1024
    connections_max: int = 5000
    answer_seconds: float = TIME_LIMIT_SECONDS_MAX + 60
    """For a server that is silent: longer than any service's time limit, which is the dispatcher's business."""
    reload_seconds: float = 60.0
    """For requests under way when HAProxy is reloaded."""
