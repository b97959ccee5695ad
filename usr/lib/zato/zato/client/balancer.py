"""How this machine's own clients reach its cluster."""

from __future__ import annotations

import ipaddress
from pathlib import Path

from zato.client.transport import HttpsTransport
from zato.host.layout import Layout
from zato.host.settings import ClusterSettings
from zato.pki.names import CONSOLE

_LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1", "*": "127.0.0.1"}  # noqa: S104 - what is listened on, not by us


def url_of(cluster: ClusterSettings) -> str:
    """The balancer's URL, by the first name that clients use."""
    return f"https://{_in_url(cluster.host)}:{cluster.lb_port}"


def console_url(cluster: ClusterSettings) -> str:
    """The web console's URL, by the first name that clients use."""
    return f"https://{_in_url(cluster.host)}:{cluster.console_port}"


def admin_transport(layout: Layout, cluster: ClusterSettings, *, hint: str = "") -> HttpsTransport:
    """To the balancer as the administrator: where it listens, whatever its name stands for on this machine."""
    return _transport(layout, cluster, hint, certificate=layout.pki / "admin.crt", key=layout.pki / "admin.key")


def anonymous_transport(layout: Layout, cluster: ClusterSettings, *, hint: str = "") -> HttpsTransport:
    """The same as nobody."""
    return _transport(layout, cluster, hint, certificate=None, key=None)


def console_transports(layout: Layout, cluster: ClusterSettings, *, connections: int) -> tuple[HttpsTransport, ...]:
    """The same for the web console: as nobody, for people's own credentials, and as the console itself."""
    certificate, key = layout.pki / f"{CONSOLE}.crt", layout.pki / f"{CONSOLE}.key"
    return (
        _transport(layout, cluster, "", certificate=None, key=None, connections=connections),
        _transport(layout, cluster, "", certificate=certificate, key=key, connections=connections),
    )


def joined_transport(ca: Path, cluster: ClusterSettings) -> HttpsTransport:
    """As nobody, to the balancer of a cluster that this machine has joined."""
    return remote_transport(ca, *cluster.balancer_place, cluster.balancer_name)


def remote_transport(ca: Path, address: str, port: int, name: str) -> HttpsTransport:
    """As nobody, to a balancer on another machine, whose certificate has to be for `name`."""
    return HttpsTransport(
        f"https://{_in_url(name or address)}:{port}", ca=ca, certificate=None, key=None, address=address
    )


def _transport(
    layout: Layout,
    cluster: ClusterSettings,
    hint: str,
    *,
    certificate: Path | None,
    key: Path | None,
    connections: int = 1,
) -> HttpsTransport:
    return HttpsTransport(
        url_of(cluster),
        ca=layout.ca_certificate,
        certificate=certificate,
        key=key,
        address=_LOOPBACK.get(cluster.bind, cluster.bind),
        hint=hint,
        connections=connections,
    )


def curl_options(cluster: ClusterSettings) -> str:
    """What curl on this machine needs beside the URL where the name of this machine does not lead to the balancer."""
    if cluster.host != "localhost" or cluster.bind in _LOOPBACK or cluster.bind in {"localhost", "127.0.0.1", "::1"}:
        return ""
    return f" --connect-to ::{_in_url(cluster.bind)}:{cluster.lb_port}"


def _in_url(host: str) -> str:
    try:
        return f"[{host}]" if ipaddress.ip_address(host).version == 6 else host
    except ValueError:
        return host
