"""HAProxy, on a listening socket that systemd keeps while HAProxy is not there.

Connections that clients make while it is started again, after a crash too, wait in the kernel instead of being refused.
See sd_notify(3), FDSTORE=1, and systemd.service(5), FileDescriptorStoreMax=.
"""

from __future__ import annotations

import os
import socket

from zato.agent.haproxy.names import PROGRAM, arguments, configuration
from zato.agent.haproxy.render import edge_of
from zato.agent.haproxy.view import EDGE_VARIABLE
from zato.core.errors import SetupError
from zato.host.layout import APPLIANCE_LAYOUT as LAYOUT
from zato.host.programs import program
from zato.host.systemd import notify

_FIRST_KEPT = 3  # SD_LISTEN_FDS_START
_BACKLOG = 4096


def run() -> None:
    """Becomes HAProxy. Raises SetupError where nothing can listen on the cluster's address and port."""
    # The cluster's settings, which have secrets, are not for HAProxy's user
    address, port = edge_of(configuration(LAYOUT).read_text(encoding="utf-8"))
    name = f"{address.replace(':', '_')}-{port}"
    kept = _kept()
    for other in set(kept) - {name}:  # the settings have changed since
        notify(f"FDSTOREREMOVE=1\nFDNAME={other}")
        os.close(kept[other])
    edge = kept.get(name)
    if edge is None:
        edge = _listen(address, port)
        notify(f"FDSTORE=1\nFDNAME={name}", edge)
    os.set_inheritable(edge, True)
    os.environ[EDGE_VARIABLE] = f"fd@{edge}"
    haproxy = program(PROGRAM)
    os.execv(haproxy, [haproxy, "-Ws", *arguments(LAYOUT)])  # noqa: S606 - no shell is wanted


def _kept() -> dict[str, int]:
    """Descriptors that systemd hands back, by name."""
    if os.environ.get("LISTEN_PID") != str(os.getpid()):
        return {}
    names = os.environ.get("LISTEN_FDNAMES", "").split(":")
    return {name: _FIRST_KEPT + index for index, name in enumerate(names) if name}


def _listen(address: str, port: int) -> int:
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(place)
        listener.listen(_BACKLOG)
    except OSError as error:
        raise SetupError(
            f"HAProxy cannot listen on {address}, port {port}: {error.strerror}. "
            f"Change bind or lb_port in {LAYOUT.settings}, or end what listens there.",
            code="edge-not-free",
        ) from error
    return listener.detach()
