"""HAProxy's and lighttpd's files, rendered by the users that run them."""

from __future__ import annotations

import subprocess
import threading

from zato.agent.haproxy import files as haproxy
from zato.agent.lighttpd import files as lighttpd_files
from zato.agent.lighttpd.running import RunningLighttpd
from zato.appliance.create import LAYOUT
from zato.core.errors import SetupError
from zato.host.settings import ServerSettings, load_cluster, load_server
from zato.pki.components import lighttpd_name

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


def reload_lighttpd(number: int) -> None:
    """Has server `number`'s lighttpd start anew from its configuration as it is to be now, without losing a request.

    Raises SetupError, and lets it go on as it is, where it does not accept that.
    """
    lighttpd(number)
    paths = LAYOUT.server(number)
    lighttpd_files.check(paths, LAYOUT.pki / f"{lighttpd_name(number)}.crt")
    if not RunningLighttpd(paths.lighttpd).reload(threading.Event()):
        raise SetupError("lighttpd did not start again after its reload.")


def announce(number: int) -> None:
    """HAProxy is reloaded where it does not know the server yet, as root."""
    path = haproxy.configuration(LAYOUT)
    if path.exists() and f" server-{number} " not in path.read_text(encoding="utf-8"):
        command = ["systemctl", "--no-block", "try-reload-or-restart", "zato-haproxy.service"]
        subprocess.run(command, check=True, timeout=_SYSTEMCTL_SECONDS)
