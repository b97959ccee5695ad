"""What browsers are shown at the console's port: the public certificate by its names, the cluster's own else."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path

import pytest
from cryptography import x509

from support.cluster import RunningCluster
from support.public_certificates import PublicAuthority
from support.waiting import until
from zato.admin import edge
from zato.core.clock import SystemClock
from zato.core.errors import SetupError
from zato.host.layout import Layout
from zato.host.settings import ClusterSettings, load_cluster
from zato.pki import public
from zato.pki.authority import Authority
from zato.pki.certificates import load_certificate
from zato.pki.components import issue_missing
from zato.pki.names import CONSOLE_EDGE
from zato.pki.public_files import console_file

NAME = "zato.example.com"


def shown(cluster: RunningCluster, name: str | None) -> int:
    """Serial number of what a browser is shown that asks for `name`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    port = load_cluster(cluster.layout).console_port
    with (
        socket.create_connection(("127.0.0.1", port), 10) as plain,
        context.wrap_socket(plain, server_hostname=name) as connection,
    ):
        der = connection.getpeercert(binary_form=True)
    assert der is not None
    return x509.load_der_x509_certificate(der).serial_number


def serial(path: Path) -> int:
    return load_certificate(path).serial_number


def is_shown(cluster: RunningCluster, path: Path, name: str | None = None) -> bool:
    try:
        return shown(cluster, name) == serial(path)
    except OSError:  # between two lighttpds
        return False


def test_browsers_are_shown_what_came_was_renewed_and_went(console: RunningCluster, tmp_path: Path) -> None:
    own, pem = console.layout.pki / f"{CONSOLE_EDGE}.crt", console_file(console.layout.pki)
    authority = PublicAuthority(tmp_path)
    console.zato("pki", "public", *map(str, authority.put(NAME, "*.example.org")))
    until(lambda: is_shown(console, pem, NAME))
    assert is_shown(console, pem, "www.example.org")
    for name in (None, "localhost", "zato-example.com", "a.b.example.org"):
        assert is_shown(console, own, name), name
    authority.put(NAME)
    console.zato("pki", "public")
    until(lambda: is_shown(console, pem, NAME))
    Authority(console.layout.pki).renew(CONSOLE_EDGE)
    until(lambda: is_shown(console, own))
    console.zato("pki", "public", "--remove")
    until(lambda: is_shown(console, own, NAME))


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    made = Layout(tmp_path)
    authority = Authority(made.pki)
    authority.create("zato")
    issue_missing(authority, hosts=("localhost",), servers=1)
    return made


def test_a_configuration_that_lighttpd_refuses_leaves_the_last_one(layout: Layout) -> None:
    cluster = ClusterSettings()
    assert edge.write(layout, cluster) is True
    assert edge.write(layout, cluster) is False
    before = (layout.console / edge.CONFIGURATION).read_bytes()
    public.take(layout.pki, *PublicAuthority(layout.root / "public").put(NAME), SystemClock().now())
    assert edge.write(layout, cluster) is True
    console_file(layout.pki).unlink()
    console_file(layout.pki).write_text("none")
    assert edge.write(layout, cluster) is True
    assert (layout.console / edge.CONFIGURATION).read_bytes() == before
    (layout.pki / f"{CONSOLE_EDGE}.key").write_text("none")
    with pytest.raises(SetupError):
        edge.write(layout, cluster)
    assert (layout.console / edge.CONFIGURATION).read_bytes() == before
