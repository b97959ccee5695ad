"""HAProxy's files on this machine."""

from __future__ import annotations

from pathlib import Path

from zato.agent.haproxy.render import render
from zato.agent.haproxy.view import BalancedServer, HaproxyView
from zato.agent.limits import connections_max
from zato.agent.program import validate
from zato.host.files import write_atomically
from zato.host.layout import Layout
from zato.host.ports import from_here
from zato.host.programs import program
from zato.host.settings import ClusterSettings
from zato.pki.certificates import fingerprint, load_certificate
from zato.pki.clients import client_authorities, has_foreign
from zato.pki.components import BALANCER, BALANCER_CLIENT, lighttpd_name

PROGRAM = "haproxy"


def configuration(layout: Layout) -> Path:
    """The file that HAProxy is started with."""
    return layout.haproxy / "haproxy.cfg"


def command(layout: Layout) -> list[str]:
    """Runs HAProxy in the foreground. SIGUSR2 reloads it; SIGUSR1 ends it after its requests, SIGTERM at once."""
    return [program(PROGRAM), "-W", "-db", "-f", str(configuration(layout))]


def view_of(layout: Layout, cluster: ClusterSettings, *, body_bytes_max: int) -> HaproxyView:
    """The balancer of a cluster whose servers are all on this machine. Raises SetupError where it has no CA."""
    layout = Layout(layout.root.absolute())
    authority = load_certificate(layout.ca_certificate)
    return HaproxyView(
        address=cluster.bind,
        port=cluster.lb_port,
        certificate=layout.pki / f"{BALANCER}.crt",
        client_certificate=layout.pki / f"{BALANCER_CLIENT}.crt",
        ca=layout.ca_certificate,
        client_ca=layout.haproxy / "client-ca.pem",
        ca_subject=authority.subject.rfc4514_string(),
        ca_fingerprint=fingerprint(authority),
        foreign_authorities=has_foreign(client_authorities(layout.pki)),
        admin_socket=layout.haproxy_socket,
        group_steers=layout.is_appliance,  # the singleton is another user's there
        inherits_edge=layout.is_appliance,
        servers=tuple(
            BalancedServer(
                name=f"server-{number}",
                address=from_here(cluster.bind),
                port=cluster.lighttpd_port_of(number),
                certificate_host=lighttpd_name(number),
            )
            for number in layout.server_numbers(cluster.servers)
        ),
        body_bytes_max=body_bytes_max,
        connections_max=connections_max(),
    )


def write(layout: Layout, view: HaproxyView) -> bool:
    """Writes haproxy.cfg where HAProxy itself accepts it, and says whether that changed anything.

    Raises SetupError with HAProxy's words otherwise; the last good file stays.
    """
    text = render(view).encode()
    authorities = client_authorities(layout.pki)
    for directory in (layout.haproxy, layout.haproxy_socket.parent):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = configuration(layout)
    same = path.exists() and path.read_bytes() == text and _content(view.client_ca) == authorities
    if same:
        return False
    write_atomically(view.client_ca, authorities)
    candidate = path.with_suffix(".candidate")
    write_atomically(candidate, text)
    validate(PROGRAM, [program(PROGRAM), "-c", "-f", str(candidate)])
    candidate.replace(path)
    return True


def is_current(layout: Layout, view: HaproxyView) -> bool:
    """Whether the file that is there is what would be written now."""
    return _content(configuration(layout)) == render(view).encode()


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None
