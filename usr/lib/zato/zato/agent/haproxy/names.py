"""Where HAProxy's files and sockets are, and how it is started."""

from __future__ import annotations

from pathlib import Path

from zato.host.layout import Layout
from zato.host.programs import program

PROGRAM = "haproxy"
CONFIGURATION = "haproxy.cfg"
CLIENT_AUTHORITIES = "client-ca.pem"
ANSWERING = "answer.lua"
CERTIFICATES = "certificates.list"
OWN = "own"
FRONTEND = "edge"
"""The frontend of the cluster's clients in HAProxy's configuration."""
BACKEND = "servers"
"""The backend of the cluster's servers in HAProxy's configuration."""


def configuration(layout: Layout) -> Path:
    """The file that HAProxy is started with."""
    return layout.haproxy / CONFIGURATION


def accepted_own(layout: Layout) -> Path:
    """A directory of what administrators have added, as it was accepted last: HAProxy reads every `*.cfg` in it."""
    return layout.haproxy / OWN


def own_sources(layout: Layout) -> list[Path]:
    """Files in which administrators have frontends and backends of their own."""
    if layout.is_appliance:
        return sorted((layout.configuration / "haproxy").glob("*.cfg"))
    return [path for path in (layout.haproxy / "own.cfg",) if path.exists()]


def client_authorities_file(layout: Layout) -> Path:
    """Issuers of clients' certificates."""
    return layout.haproxy / CLIENT_AUTHORITIES


def answering_file(layout: Layout) -> Path:
    """What HAProxy answers with in place of a response: the same on each machine, wherever its configuration is."""
    return layout.haproxy / ANSWERING


def certificates_file(layout: Layout) -> Path:
    """Which certificate is shown to whom, where there are several."""
    return layout.haproxy / CERTIFICATES


def desired_state_file(layout: Layout) -> Path:
    """What the agent knew last of the cluster: see zato.agent.haproxy.desired_state."""
    return layout.haproxy / "known.json"


def server_states_file(layout: Layout) -> Path:
    """What HAProxy reads at its start: see zato.agent.haproxy.server_states."""
    return layout.haproxy / "servers.state"


def master_socket(layout: Layout) -> Path:
    """Where HAProxy's master process answers; it passes on to its worker what starts with `@1`."""
    return layout.haproxy_socket.with_name("master.sock")


def arguments(layout: Layout) -> list[str]:
    """What HAProxy's command line says of its files and its master's socket."""
    return [
        "-f",
        str(configuration(layout)),
        "-f",
        str(accepted_own(layout)),
        "-S",
        f"{master_socket(layout)},mode,600",
    ]


def command(layout: Layout) -> list[str]:
    """Runs HAProxy in the foreground. SIGUSR2 reloads it; SIGUSR1 ends it after its requests, SIGTERM at once."""
    return [program(PROGRAM), "-W", "-db", *arguments(layout)]
