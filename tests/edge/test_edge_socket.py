"""HAProxy's door to a lighttpd on the same machine: nobody else is answered there, whatever certificate they have."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path

import pytest

from support.client_certificates import ForeignAuthority
from support.edge import Edge
from zato.agent.lighttpd.names import CLIENT_CA
from zato.pki.certificates import load_certificate

REQUEST = b"GET /echo HTTP/1.1\r\nHost: localhost\r\nX-Zato-Client-Address: 10.77.66.55\r\nConnection: close\r\n\r\n"


def asked(edge: Edge, certificate: Path | None) -> bytes:
    """What is answered to who shows this certificate at the socket; nothing where there is no answer."""
    context = ssl.create_default_context(cafile=edge.layout.ca_certificate)
    if certificate is not None:
        context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    try:
        with socket.socket(socket.AF_UNIX) as plain:
            plain.settimeout(10)
            plain.connect(str(edge.server.edge_socket))
            with context.wrap_socket(plain, server_hostname="lighttpd-1") as connection:
                connection.sendall(REQUEST)
                return b"".join(iter(lambda: connection.recv(65536), b""))
    except (ssl.SSLError, ConnectionError):
        return b""


def test_haproxy_comes_by_it_and_is_believed(edge: Edge) -> None:
    assert "unix@" in (edge.layout.haproxy / "haproxy.cfg").read_text(encoding="utf-8")
    answer = asked(edge, edge.layout.pki / "haproxy-client.crt")
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b'"HTTP_X_ZATO_PEER": "10.77.66.55"' in answer


def test_who_shows_no_certificate_gets_no_answer(edge: Edge) -> None:
    assert asked(edge, None) == b""


@pytest.mark.parametrize("name", ["admin", "haproxy-agent"])
def test_others_of_the_cluster_are_refused(edge: Edge, name: str) -> None:
    answer = asked(edge, edge.layout.pki / f"{name}.crt")
    assert answer == b"" or answer.startswith(b"HTTP/1.1 403 ")


def test_a_client_of_another_accepted_authority_gets_no_answer(own_edge: Edge) -> None:
    """Not even by a session that it has from the door where it is accepted."""
    subject = load_certificate(own_edge.layout.ca_certificate).subject
    foreign = ForeignAuthority(own_edge.directory / "foreign", subject, issues_as=subject)
    authorities = own_edge.server.lighttpd / CLIENT_CA
    authorities.write_bytes(authorities.read_bytes() + foreign.pem)
    own_edge.stop_program("lighttpd")
    own_edge.start_lighttpd()
    path = foreign.issue("haproxy")
    assert asked(own_edge, path) == b""
    context = ssl.create_default_context(cafile=own_edge.layout.ca_certificate)
    context.load_cert_chain(path, path.with_suffix(".key"))
    with (
        socket.create_connection(("127.0.0.1", own_edge.cluster.lighttpd_port), 10) as plain,
        context.wrap_socket(plain, server_hostname="lighttpd-1") as connection,
    ):
        connection.sendall(REQUEST)
        assert b" 200 " in b"".join(iter(lambda: connection.recv(65536), b""))
        session = connection.session
    with socket.socket(socket.AF_UNIX) as plain:
        plain.settimeout(10)
        plain.connect(str(own_edge.server.edge_socket))
        try:
            with context.wrap_socket(plain, server_hostname="lighttpd-1", session=session) as connection:
                connection.sendall(REQUEST)
                assert not connection.recv(65536).startswith(b"HTTP/1.1 200")
        except (ssl.SSLError, ConnectionError):
            pass
