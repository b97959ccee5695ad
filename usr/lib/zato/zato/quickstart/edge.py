"""HAProxy's and lighttpd's configuration of a cluster whose servers are all on this machine."""

from __future__ import annotations

from zato.agent.haproxy.render import render as render_haproxy
from zato.agent.haproxy.view import BalancedServer, HaproxyView
from zato.agent.lighttpd.render import render as render_lighttpd
from zato.agent.lighttpd.view import LighttpdView
from zato.host.files import write_atomically
from zato.host.layout import Layout
from zato.host.settings import ClusterSettings, load_server
from zato.pki.certificates import load_certificate, subject_der


def haproxy_view(layout: Layout, cluster: ClusterSettings) -> HaproxyView:
    """What the balancer's configuration depends on."""
    return HaproxyView(
        address=cluster.bind,
        port=cluster.lb_port,
        certificate=layout.pki / "haproxy.crt",
        client_certificate=layout.pki / "haproxy-client.crt",
        ca=layout.ca_certificate,
        client_ca=layout.ca_certificate,
        admin_socket=layout.run / "haproxy.sock",
        servers=tuple(
            BalancedServer(
                name=f"server-{number}",
                address=cluster.bind,
                port=cluster.lighttpd_port_of(number),
                certificate_host="localhost",
            )
            for number in range(1, cluster.servers + 1)
        ),
        body_bytes_max=max(load_server(layout, n).max_body_bytes for n in range(1, cluster.servers + 1)),
    )


def lighttpd_view(layout: Layout, cluster: ClusterSettings, number: int) -> LighttpdView:
    """What the configuration of server `number`'s lighttpd depends on."""
    paths = layout.server(number)
    return LighttpdView(
        address=cluster.bind,
        port=cluster.lighttpd_port_of(number),
        certificate=layout.pki / f"lighttpd-{number}.crt",
        client_ca=layout.ca_certificate,
        ca_subject=subject_der(load_certificate(layout.ca_certificate)),
        front_socket=paths.front_socket,
        users=paths.lighttpd / "users",
        directory=paths.lighttpd,
        body_bytes_max=load_server(layout, number).max_body_bytes,
    )


def write_edge(layout: Layout, cluster: ClusterSettings) -> None:
    """Render everything that HAProxy and lighttpd start from."""
    write_atomically(layout.haproxy / "haproxy.cfg", render_haproxy(haproxy_view(layout, cluster)).encode())
    for number in range(1, cluster.servers + 1):
        view = lighttpd_view(layout, cluster, number)
        (view.directory / "uploads").mkdir(mode=0o700, exist_ok=True)
        for name, text in render_lighttpd(view).items():
            write_atomically(view.directory / name, text.encode())
        if not view.users.exists():
            write_atomically(view.users, b"")
