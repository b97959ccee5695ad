"""Who asks for a public name is shown the public certificate, and the cluster's own clients the cluster's."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509

from support.cluster import RunningCluster
from support.load import Load, told
from support.public_certificates import PublicAuthority
from support.scenarios.balancing import PATH, agent_of
from support.waiting import until
from zato.client.authority import authority_at, authority_shown
from zato.client.transport import HttpsTransport
from zato.core.errors import SetupError
from zato.host.settings import load_cluster
from zato.pki.authority import Authority, Usage
from zato.pki.certificates import fingerprint, load_certificate
from zato.pki.names import BALANCER, LOOPBACK
from zato.pki.public_files import balancer_file

NAME = "zato.example.com"


@pytest.fixture
def authority(two: RunningCluster, tmp_path: Path) -> Iterator[PublicAuthority]:
    """The cluster's own certificate is for the public name as well, as where `hosts` of zato.toml has it."""
    made = PublicAuthority(tmp_path)
    own = Authority(two.layout.pki)
    own.issue(BALANCER, usage=Usage.SERVER, hosts=(*LOOPBACK, NAME), common_name="localhost")
    until(lambda: shown(two, None) == own_serial(two))
    yield made
    if balancer_file(two.layout.pki).exists():
        two.zato("pki", "public", "--remove")
    until(lambda: shown(two, NAME) == own_serial(two))


def port(cluster: RunningCluster) -> int:
    return load_cluster(cluster.layout).lb_port


def shown(cluster: RunningCluster, name: str | None) -> int:
    """Serial number of what a client is shown that asks for `name`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection(("127.0.0.1", port(cluster)), 10) as plain,
        context.wrap_socket(plain, server_hostname=name) as connection,
    ):
        der = connection.getpeercert(binary_form=True)
    assert der is not None
    return x509.load_der_x509_certificate(der).serial_number


def own_serial(cluster: RunningCluster) -> int:
    return load_certificate(cluster.layout.pki / f"{BALANCER}.crt").serial_number


def kept(cluster: RunningCluster) -> int:
    return load_certificate(balancer_file(cluster.layout.pki)).serial_number


def test_it_comes_is_renewed_and_goes_without_a_lost_request(two: RunningCluster, authority: PublicAuthority) -> None:
    with two.pool() as pool, Load(pool, PATH, method=("POST", "GET")) as load:
        before = agent_of(two).state()["reloads"]
        certificate, key = authority.put(NAME, "*.example.org")
        two.zato("pki", "public", str(certificate), str(key))
        until(lambda: shown(two, NAME) == kept(two))
        for asked in ("www.example.org", "ZATO.example.com"):
            assert shown(two, asked) == kept(two)
        for name in (None, "localhost", "cluster.zato.internal", "elsewhere.example.com"):
            assert shown(two, name) == own_serial(two)
        until(lambda: agent_of(two).state()["reloads"] > before)
        first, reloads = kept(two), agent_of(two).state()["reloads"]
        authority.put(NAME, "new.example.com")
        two.zato("pki", "public")
        until(lambda: shown(two, "new.example.com") == kept(two))
        assert shown(two, NAME) == kept(two) != first
        assert shown(two, "www.example.org") == own_serial(two)
        # A renewal is no reload
        assert agent_of(two).state()["reloads"] == reloads
        two.zato("pki", "public", "--remove")
        until(lambda: shown(two, NAME) == own_serial(two))
    assert load.failed() == [], told(load.failed())


def test_the_clusters_own_clients_go_on_to_verify_it_by_its_ca(two: RunningCluster, authority: PublicAuthority) -> None:
    two.zato("pki", "public", *map(str, authority.put(NAME)))
    until(lambda: shown(two, NAME) == kept(two))
    ca = load_certificate(two.layout.ca_certificate)
    assert authority_shown("127.0.0.1", port(two))[1] == fingerprint(ca)
    assert authority_at("127.0.0.1", port(two), fingerprint(ca))
    transport = HttpsTransport(
        f"https://{NAME}:{port(two)}", ca=two.layout.ca_certificate, certificate=None, key=None, address="127.0.0.1"
    )
    assert transport.request("GET", "/zato/ping", None, {}, timeout_seconds=10).status == 200
    browser = ssl.create_default_context(cafile=authority.root)
    with (
        socket.create_connection(("127.0.0.1", port(two)), 10) as plain,
        browser.wrap_socket(plain, server_hostname=NAME) as connection,
    ):
        assert connection.version() in {"TLSv1.2", "TLSv1.3"}


def test_another_name_than_the_certificates_is_still_refused(two: RunningCluster) -> None:
    transport = HttpsTransport(
        f"https://other.example.com:{port(two)}",
        ca=two.layout.ca_certificate,
        certificate=None,
        key=None,
        address="127.0.0.1",
    )
    with pytest.raises(SetupError, match="match"):
        transport.request("GET", "/zato/ping", None, {}, timeout_seconds=10)


def test_what_is_not_taken_is_told_by_status_and_doctor_and_the_last_good_one_is_shown(
    two: RunningCluster, authority: PublicAuthority
) -> None:
    certificate, key = authority.put(NAME)
    two.zato("pki", "public", str(certificate), str(key))
    until(lambda: shown(two, NAME) == kept(two))
    before = kept(two)
    certificate.write_bytes(authority.issue(NAME)[0])
    refused = two.zato("pki", "public", check=False)
    assert refused.returncode != 0
    assert "the key is not the certificate's" in refused.stderr
    status = two.zato("status", check=False).stdout
    assert "The last good one is shown" in status
    assert "the key is not the certificate's" in two.zato("doctor", check=False).stdout
    assert shown(two, NAME) == before
    authority.put(NAME)
    two.zato("pki", "public")
    assert "The last good one is shown" not in two.zato("status", check=False).stdout
