"""What can be known to be wrong before anything is started."""

from __future__ import annotations

import os
import time

from zato.agent.lighttpd.serving import addresses_in
from zato.core.errors import SetupError
from zato.host import listening
from zato.host.layout import Layout
from zato.host.ports import holder_of, is_free
from zato.host.settings import ClusterSettings

_SOCKET_PATH_MAX = 107
# What a killed supervisor leaves behind is told by the kernel to end, which takes servers a moment.
_PATIENCE_SECONDS = 8.0


def check_directory(layout: Layout) -> None:
    """Raises SetupError where the directory cannot be written or is too deep for unix sockets."""
    root = layout.root
    existing = next(path for path in (root, *root.parents) if path.exists())
    if not existing.is_dir():
        raise SetupError(f"{existing} is a file; choose another directory for the cluster.", code="directory")
    if not os.access(existing, os.W_OK | os.X_OK):
        raise SetupError(
            f"{existing} cannot be written by this user; choose another directory, or run: "
            f"sudo chown {os.environ.get('USER') or os.getuid()} {existing}",
            code="directory",
        )
    longest = len(str(layout.server(99).internal_socket).encode())
    if longest > _SOCKET_PATH_MAX:
        raise SetupError(
            f"{root} is too long a path for unix sockets, by {longest - _SOCKET_PATH_MAX} bytes; choose a shorter one.",
            code="directory",
        )


def check_ports(layout: Layout, settings: ClusterSettings) -> None:
    """Raises SetupError for the first port that something else listens on, naming it where that can be known.

    Waits a moment for what is left of an earlier run from the same directory.
    """
    ports = {settings.lb_port: "lb_port"}
    if settings.haproxy_agent_port in ports:
        raise SetupError(
            f"HAProxy's agent would have port {settings.haproxy_agent_port}, which is the balancer's; change "
            f"haproxy_agent_port or lb_port in {layout.settings}.",
            code="port",
        )
    ports[settings.haproxy_agent_port] = "haproxy_agent_port"
    for number in range(1, settings.servers + 1):
        port = settings.lighttpd_port_of(number)
        if port in ports or port > 65535:
            raise SetupError(
                f"Server {number}'s lighttpd would have port {port}, which is taken by another part of this cluster "
                f"or too high; change lighttpd_port or lb_port in {layout.settings}.",
                code="port",
            )
        ports[port] = "lighttpd_port"
    for number in range(1, settings.servers + 1):
        port = settings.lighttpd_agent_port_of(number)
        if port in ports or port > 65535:
            raise SetupError(
                f"The agent of server {number}'s lighttpd would have port {port}, which is taken by another part of "
                f"this cluster or too high; change lighttpd_agent_port in {layout.settings}.",
                code="port",
            )
        ports[port] = "lighttpd_agent_port"
    deadline = time.monotonic() + _PATIENCE_SECONDS
    is_open = listening.is_open(addresses_in(layout.server(1).lighttpd))
    behind = listening.at_start(settings, is_open=is_open)
    for port, setting in ports.items():
        binds = (settings.bind,) if setting == "lb_port" else behind
        for address in binds:
            bind = "bind" if address == settings.bind else "lighttpd_bind"
            while not _check_port(layout, address, port, setting, bind, patient=time.monotonic() < deadline):
                time.sleep(0.1)


def check_console_port(layout: Layout, settings: ClusterSettings) -> None:
    """Raises SetupError where something else listens on the web console's port."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not _check_port(
        layout, settings.bind, settings.console_port, "console_port", "bind", patient=time.monotonic() < deadline
    ):
        time.sleep(0.1)


def _check_port(layout: Layout, address: str, port: int, setting: str, bind: str, *, patient: bool) -> bool:
    option = f"set {setting} in {layout.settings}"
    try:
        if is_free(address, port):
            return True
    except PermissionError as error:
        raise SetupError(f"Port {port} is for root only; {option} to one above 1023.", code="port") from error
    except OSError as error:
        raise SetupError(
            f"Nothing can listen on {address}, port {port}: {error.strerror or error}; "
            f"set {bind} in {layout.settings} to an address of this machine.",
            code="address",
        ) from error
    holder = holder_of(port)
    if holder is None and is_free(address, port):  # released in between
        return True
    if holder is not None and patient and f"{layout.root}/" in holder.command:
        return False
    who = "something else" if holder is None else f"process {holder.pid} ({holder.command[:80]})"
    raise SetupError(
        f"Port {port} on {address} is taken by {who}; end that, or {option} to another port.", code="port-taken"
    )
