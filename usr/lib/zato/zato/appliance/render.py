"""HAProxy's and lighttpd's files, rendered by the users that run them."""

from __future__ import annotations

import subprocess

from zato.agent.haproxy import files as haproxy
from zato.agent.lighttpd import files as lighttpd_files
from zato.appliance.create import LAYOUT
from zato.host.settings import ServerSettings, load_cluster, load_server

_SYSTEMCTL_SECONDS = 10.0


def balancer() -> None:
    """HAProxy's configuration names the servers that this machine has. Raises SetupError in HAProxy's words."""
    cluster = load_cluster(LAYOUT)
    limits = [load_server(LAYOUT, number).max_body_bytes for number in LAYOUT.server_numbers(cluster.servers)]
    haproxy.write(LAYOUT, haproxy.view_of(LAYOUT, cluster, body_bytes_max=max(limits, default=1024)))


def lighttpd(number: int) -> None:
    """The configuration of server `number`'s lighttpd. Raises SetupError in lighttpd's words."""
    # lighttpd starts before its server, which is the one to write settings where there are none yet
    known = LAYOUT.server(number).settings.exists()
    limit = (load_server(LAYOUT, number) if known else ServerSettings()).max_body_bytes
    view = lighttpd_files.view_of(LAYOUT, load_cluster(LAYOUT), number, body_bytes_max=limit)
    lighttpd_files.write(LAYOUT, view)


def announce(number: int) -> None:
    """HAProxy is reloaded where it does not know the server yet, as root."""
    path = haproxy.configuration(LAYOUT)
    if path.exists() and f" server-{number} " not in path.read_text(encoding="utf-8"):
        command = ["systemctl", "--no-block", "try-reload-or-restart", "zato-haproxy.service"]
        subprocess.run(command, check=True, timeout=_SYSTEMCTL_SECONDS)
