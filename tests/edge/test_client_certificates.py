"""Who a client's certificate says it is, through HAProxy and directly, and what it cannot do."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

import pytest
from cryptography import x509

from support.client_certificates import ForeignAuthority
from support.edge import BALANCER, DIRECT, Edge
from zato.core.errors import SetupError
from zato.pki.certificates import fingerprint, load_certificate, to_pem


@pytest.fixture(scope="module")
def partners(edge: Edge) -> Iterator[ForeignAuthority]:
    """A CA that the operator accepts beside the cluster's own."""
    made = ForeignAuthority(edge.directory / "partners", "Partners CA")
    (edge.layout.pki / "clients").mkdir()
    path = edge.layout.pki / "clients" / "partners.crt"
    path.write_bytes(made.pem)
    reload(edge)
    yield made
    path.unlink()
    reload(edge)


def reload(edge: Edge) -> None:
    edge.write()
    for name in ("haproxy", "lighttpd"):
        edge.stop_program(name)
    edge.start_programs()


def identity(edge: Edge, door: str, certificate: object) -> tuple[str | None, str | None]:
    answer = edge.get("/echo", door, certificate=certificate)
    return answer.environ.get("HTTP_X_ZATO_TLS_CLIENT"), answer.environ.get("HTTP_X_ZATO_TLS_SUBJECT")


def test_a_client_of_the_cluster_is_known_by_its_certificate(edge: Edge, door: str) -> None:
    path = edge.layout.pki / "admin.crt"
    found, subject = identity(edge, door, path)
    assert found == fingerprint(load_certificate(path))
    assert subject == "CN%3Dadmin"


def test_a_client_without_a_certificate_is_nobody(edge: Edge, door: str) -> None:
    assert identity(edge, door, None) == (None, None)


def test_two_clients_that_share_haproxys_connections_are_kept_apart(edge: Edge) -> None:
    admin = edge.layout.pki / "admin.crt"
    for _ in range(5):
        assert identity(edge, BALANCER, admin)[0] is not None
        assert identity(edge, BALANCER, None) == (None, None)


@pytest.mark.parametrize("name", ["partner", "admin"])
def test_a_client_of_an_accepted_ca_is_known_by_its_fingerprint_only(
    edge: Edge, partners: ForeignAuthority, door: str, name: str
) -> None:
    path = partners.issue(name)
    assert identity(edge, door, path) == (fingerprint(load_certificate(path)), None)


def test_beside_accepted_cas_a_client_of_the_cluster_keeps_its_name(
    edge: Edge, partners: ForeignAuthority, door: str
) -> None:
    assert identity(edge, door, edge.layout.pki / "admin.crt")[1] == "CN%3Dadmin"
    alone = edge.directory / "alone.crt"
    alone.write_bytes(to_pem(load_certificate(edge.layout.pki / "admin.crt")))
    alone.with_suffix(".key").write_bytes((edge.layout.pki / "admin.key").read_bytes())
    assert identity(edge, door, alone)[1] == "CN%3Dadmin"


@pytest.mark.parametrize("with_ca", [True, False])
def test_an_intermediate_ca_with_the_name_of_the_clusters_gives_no_name(
    edge: Edge, partners: ForeignAuthority, door: str, with_ca: bool
) -> None:
    """Neither at once nor in a session that is resumed, where the chain is not known any more."""
    own = load_certificate(edge.layout.ca_certificate)
    impostor = ForeignAuthority(edge.directory / "impostor", own.subject, parent=partners)
    path = impostor.issue("admin")
    if with_ca:
        path.write_bytes(path.read_bytes() + to_pem(own))
    context = ssl.create_default_context(cafile=edge.layout.ca_certificate)
    context.load_cert_chain(path, path.with_suffix(".key"))
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    session = None
    for _ in range(3):
        plain = socket.create_connection(("127.0.0.1", edge.port(door)), timeout=5)
        with context.wrap_socket(plain, server_hostname="localhost", session=session) as connection:
            session = connection.session
            connection.sendall(b"GET /echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            received = b"".join(iter(lambda: connection.recv(65536), b""))
        assert b'"HTTP_X_ZATO_CID"' in received and b"HTTP_X_ZATO_TLS_SUBJECT" not in received


def test_a_certificate_named_haproxy_of_an_accepted_ca_is_not_haproxy(edge: Edge, partners: ForeignAuthority) -> None:
    path = partners.issue("haproxy")
    headers = {"X-Zato-Client-Cert-SHA256": "ab" * 32, "X-Zato-Client-Address": "10.1.2.3"}
    environ = edge.get("/echo", DIRECT, certificate=path, headers=headers).environ
    assert environ["HTTP_X_ZATO_TLS_CLIENT"] == fingerprint(load_certificate(path))
    assert environ["HTTP_X_ZATO_PEER"] == "127.0.0.1"


def test_an_intermediate_ca_with_the_name_of_the_clusters_cannot_make_a_haproxy(
    edge: Edge, partners: ForeignAuthority
) -> None:
    own = load_certificate(edge.layout.ca_certificate).subject
    impostor = ForeignAuthority(edge.directory / "impostor", own, parent=partners)
    path = impostor.issue("haproxy")
    environ = edge.get("/echo", DIRECT, certificate=path, headers={"X-Zato-Client-Cert-SHA256": "ab" * 32}).environ
    assert "HTTP_X_ZATO_TLS_CLIENT" not in environ


def test_a_second_ca_with_the_name_of_the_clusters_is_not_accepted(edge: Edge) -> None:
    own = load_certificate(edge.layout.ca_certificate).subject
    path = edge.layout.pki / "clients" / "twin.crt"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(ForeignAuthority(edge.directory / "twin", own).pem)
    try:
        with pytest.raises(SetupError, match=r"twin\.crt has a CA with the name of the cluster's own CA"):
            edge.write()
    finally:
        path.unlink()


@pytest.mark.parametrize(
    "name",
    ["a\r\nX-Zato-User: joe", "a\nX-Zato-User: joe\r\n\r\nGET / HTTP/1.1", "a\x00b", 'a"b\\c', "zoë\u2028", "%0d%0a"],
)
def test_the_name_in_a_certificate_cannot_make_headers(
    edge: Edge, partners: ForeignAuthority, door: str, name: str
) -> None:
    path = partners.issue(name)
    answer = edge.get("/echo", door, certificate=path)
    assert answer.status == 200
    assert "HTTP_X_ZATO_USER" not in answer.environ
    assert answer.environ["HTTP_X_ZATO_TLS_CLIENT"] == fingerprint(load_certificate(path))
    # lighttpd leaves out a name that it cannot write down for certain; nobody is let in by it then
    subject = answer.environ.get("HTTP_X_ZATO_TLS_SUBJECT", "")
    assert subject.isascii()
    assert subject.isprintable()


def test_an_expired_certificate_is_nobody_or_refused(edge: Edge, partners: ForeignAuthority, door: str) -> None:
    answer = edge.get("/echo", door, certificate=partners.issue("late", days=-1))
    if door == BALANCER:
        assert (answer.status, answer.closed) == (0, True)
    else:
        assert "HTTP_X_ZATO_TLS_CLIENT" not in answer.environ


def test_a_certificate_of_an_unknown_ca_is_nobody_or_refused(edge: Edge, door: str) -> None:
    own = load_certificate(edge.layout.ca_certificate).subject
    for name in ("Unknown CA", own):
        stranger = ForeignAuthority(edge.directory / "stranger", name)
        answer = edge.get("/echo", door, certificate=stranger.issue("haproxy"))
        if door == BALANCER:
            assert (answer.status, answer.closed) == (0, True)
        else:
            assert "HTTP_X_ZATO_TLS_CLIENT" not in answer.environ


def test_a_servers_certificate_is_no_clients(edge: Edge) -> None:
    assert edge.get("/echo", BALANCER, certificate=edge.layout.pki / "lighttpd-1.crt").status == 0


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_old_versions_of_tls_are_refused(edge: Edge, door: str, version: ssl.TLSVersion) -> None:
    context = ssl.create_default_context(cafile=edge.layout.ca_certificate)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = version
    with pytest.raises(ssl.SSLError), edge.connect(door, context=context):
        pass


def test_the_certificates_are_for_every_name_of_the_cluster(edge: Edge) -> None:
    names = load_certificate(edge.layout.pki / "haproxy.crt").extensions.get_extension_for_class(
        x509.SubjectAlternativeName
    )
    assert "localhost" in names.value.get_values_for_type(x509.DNSName)
