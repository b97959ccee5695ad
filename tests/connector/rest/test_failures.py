"""Calls that do not end in a response: at which stage, and what is said about it."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
import time
from pathlib import Path

import pytest
import urllib3

from support.certificates import CertificateAuthority
from support.http_peer import HttpPeer, RawPeer, Reply, SilentPort, server_context
from support.outgoing_rest import Connects
from support.ports import free_port
from zato.connector.outcome import Stage
from zato.connector.rest.failure import failure_of
from zato.connector.rest.outgoing import RestConnection
from zato.core.errors import OutgoingFailed


def failure(connection: RestConnection, method: str = "GET") -> OutgoingFailed:
    with pytest.raises(OutgoingFailed) as raised:
        connection.conn.request(method, "c1")
    assert "'CRM'" in raised.value.message
    assert raised.value.status == 502
    return raised.value


def test_a_name_that_cannot_be_resolved(connect: Connects) -> None:
    error = failure(connect("https://no-such-host.invalid/a"))
    assert error.stage == "name"
    assert "https://no-such-host.invalid/a" in error.message


def test_a_port_that_nobody_listens_on(connect: Connects) -> None:
    error = failure(connect(f"https://localhost:{free_port()}", retries=1))
    assert (error.stage, error.retriable) == ("connect", True)
    assert "Connection refused" in error.message
    assert "tried 2 times" in error.message


def test_an_authority_that_is_not_trusted(peer: HttpPeer, connect: Connects, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = CertificateAuthority(tmp_path / "other", "Other CA").certificate.read_text()
    for ca_certificate in (other, None):
        error = failure(connect(peer.address, ca_certificate=ca_certificate))
        assert (error.stage, error.retriable) == ("tls", False)
        assert "the certificate is not accepted: unable to get local issuer certificate" in error.message
    assert peer.accepted == 2  # nothing is tried again
    assert peer.received == []


def test_a_certificate_that_has_expired(authority: CertificateAuthority, connect: Connects) -> None:
    with HttpPeer(context=server_context(authority.issue("old", ("localhost",), expired=True))) as peer:
        error = failure(connect(peer.address))
    assert error.stage == "tls"
    assert "certificate has expired" in error.message


def test_a_certificate_for_another_host(authority: CertificateAuthority, connect: Connects) -> None:
    with HttpPeer(context=server_context(authority.issue("other", ("other.example",)))) as peer:
        error = failure(connect(peer.address))
        assert failure(connect(f"https://127.0.0.1:{peer.port}")).stage == "tls"
    assert error.stage == "tls"
    assert "certificate is not valid for 'localhost'" in error.message


def test_a_peer_that_speaks_no_tls(connect: Connects) -> None:
    with HttpPeer() as peer:
        assert failure(connect(f"https://localhost:{peer.port}")).stage == "tls"


def test_a_handshake_that_is_cut(connect: Connects) -> None:
    with RawPeer(lambda sock: None) as peer:
        error = failure(connect(f"https://localhost:{peer.port}", retries=0))
    assert (error.stage, error.retriable) == ("tls", True)
    assert "closed during the TLS handshake" in error.message


def test_a_client_certificate_is_shown_and_its_absence_is_a_matter_of_tls(
    authority: CertificateAuthority, connect: Connects
) -> None:
    pair = authority.issue("client", ("client",))
    shown = {
        "security": "certificate",
        "client_certificate": pair.certificate.read_text(),
        "client_key": pair.key.read_text(),
    }
    with HttpPeer(context=server_context(authority.issue("peer", ("localhost",)), authority)) as peer:
        assert connect(peer.address, **shown).conn.get("c1").status_code == 200
        error = failure(connect(peer.address))
    assert error.stage == "tls"
    # The peer's own alert is lost where its end of the connection comes before the request is written
    assert "certificate required" in error.message.lower() or "may want a client certificate" in error.message


def test_tls_that_ends_without_a_reason_may_be_tried_again() -> None:
    # As urllib3 has it where the connection ends before the request is written
    ended = urllib3.exceptions.SSLError(ssl.SSLEOFError(8, "EOF occurred in violation of protocol"))
    failed = failure_of(ended, Stage.READ)
    assert (failed.stage, failed.lasting, failed.unsent) == (Stage.TLS, False, False)
    assert "may want a client certificate" in failed.reason


def test_the_key_of_a_client_certificate_leaves_no_file(
    authority: CertificateAuthority, peer: HttpPeer, connect: Connects
) -> None:
    pair = authority.issue("client", ("client",))
    conn = connect(peer.address, client_certificate=pair.certificate.read_text(), client_key=pair.key.read_text()).conn
    conn.get("c1")
    open_files = [str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    assert not [name for name in open_files if "client-certificate" in name]


def test_a_key_that_cannot_be_loaded_is_said_before_anything_is_sent(peer: HttpPeer, connect: Connects) -> None:
    error = failure(connect(peer.address, client_certificate="nonsense", client_key="nonsense"))
    assert (error.stage, error.code) == ("tls", "outgoing-certificate")
    assert peer.accepted == 0


@pytest.mark.parametrize(("scheme", "stage"), [("https", "tls"), ("http", "read")])
def test_a_black_hole_ends_in_time(connect: Connects, scheme: str, stage: str) -> None:
    with SilentPort() as port:
        started = time.monotonic()
        error = failure(connect(f"{scheme}://localhost:{port}", timeout_seconds=0.5, retries=5))
    assert (error.stage, error.code, error.retriable) == (stage, "outgoing-timeout", True)
    assert 0.4 < time.monotonic() - started < 20


def test_a_slow_response_ends_in_time_and_the_limit_may_be_given_with_the_call(
    peer: HttpPeer, connect: Connects
) -> None:
    peer.answer = lambda _: Reply(delay=0.6)
    connection = connect(peer.address, timeout_seconds=0.3)
    error = failure(connection)
    assert (error.stage, error.code) == ("read", "outgoing-timeout")
    assert connection.conn.get("c1", timeout=5).status_code == 200
    assert len(peer.received) == 2  # what timed out is not repeated


@pytest.mark.parametrize("header", [b"Content-Length: 1000", b"Connection: close", b"Transfer-Encoding: chunked"])
def test_a_response_that_trickles_ends_in_time(connect: Connects, header: bytes) -> None:
    def trickle(sock: socket.socket) -> None:
        sock.recv(10_000)
        sock.sendall(b"HTTP/1.1 200 OK\r\n" + header + b"\r\n\r\n")
        while True:
            sock.sendall(b"1\r\nx\r\n")
            time.sleep(0.05)

    with RawPeer(trickle) as peer:
        started = time.monotonic()
        error = failure(connect(f"http://localhost:{peer.port}", timeout_seconds=0.5))
    assert (error.stage, error.code) == ("response", "outgoing-timeout")
    assert time.monotonic() - started < 20


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nonly this",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_a_response_that_is_cut_in_the_middle(peer: HttpPeer, connect: Connects, raw: bytes) -> None:
    peer.answer = lambda _: Reply(raw=raw)
    error = failure(connect(peer.address, retries=0))
    assert (error.stage, error.retriable) == ("response", True)


def test_a_connection_that_is_closed_without_a_response(peer: HttpPeer, connect: Connects) -> None:
    peer.answer = lambda _: Reply(raw=b"")
    error = failure(connect(peer.address, retries=0))
    assert (error.stage, error.retriable) == ("read", True)
    assert "closed before a response came" in error.message


def test_what_is_no_http(peer: HttpPeer, connect: Connects) -> None:
    peer.answer = lambda _: Reply(raw=b"220 smtp.example.com ESMTP\r\n")
    error = failure(connect(peer.address, retries=0))
    assert error.stage == "read"
    assert "not an HTTP response" in error.message


def test_a_response_that_is_too_large_is_not_read_to_its_end(peer: HttpPeer, connect: Connects) -> None:
    peer.answer = lambda _: Reply(body=b"x" * 20_001, headers={})
    error = failure(connect(peer.address, response_bytes_max=20_000))
    assert (error.stage, error.retriable) == ("response", False)
    assert "larger than 20000 bytes" in error.message
    assert len(peer.received) == 1
    peer.answer = lambda _: Reply(body=b"x" * 20_000, headers={})
    assert len(connect(peer.address, response_bytes_max=20_000).conn.get("c1").content) == 20_000


def test_neither_a_small_one_that_unpacks_to_a_large_one_nor_an_endless_one_fills_memory(
    peer: HttpPeer, connect: Connects
) -> None:
    bomb = gzip.compress(b"x" * 20_000_000)
    peer.answer = lambda _: Reply(body=bomb, headers={"Content-Encoding": "gzip"})
    assert "larger than" in failure(connect(peer.address, response_bytes_max=1_000_000)).message

    def endless(sock: socket.socket) -> None:
        sock.recv(10_000)
        sock.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            sock.sendall(b"x" * 65536)

    with RawPeer(endless) as raw:
        error = failure(connect(f"http://localhost:{raw.port}", response_bytes_max=1_000_000))
    assert "larger than" in error.message


def test_a_broken_content_encoding(peer: HttpPeer, connect: Connects) -> None:
    peer.answer = lambda _: Reply(body=b"not gzip", headers={"Content-Encoding": "gzip"})
    assert failure(connect(peer.address)).stage == "response"


def test_no_error_shows_a_secret(connect: Connects) -> None:
    for fields in (
        {"security": "basic", "username": "u", "password": "hidden-secret"},
        {"security": "bearer", "secret": "hidden-secret"},
    ):
        connection = connect(f"https://localhost:{free_port()}/a", retries=0, **fields)
        with pytest.raises(OutgoingFailed) as raised:
            connection.conn.get("c1", {"token": "hidden-secret"})
        assert "hidden-secret" not in raised.value.message + str(connection) + repr(connection)


def test_after_failures_the_connection_works_as_before(peer: HttpPeer, connect: Connects) -> None:
    connection = connect(peer.address, retries=0, pool_size=2)
    good = peer.answer
    for raw in (b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", b"nonsense\r\n\r\n"):
        peer.answer = lambda _, raw=raw: Reply(raw=raw)  # type: ignore[misc]
        failure(connection)
    peer.answer = good
    threads = [threading.Thread(target=connection.conn.get, args=("c1",)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert connection.conn.get("c1").data == {}


def test_a_certificate_that_breaks_a_rule_is_refused_where_the_item_says_so(peer: HttpPeer, connect: Connects) -> None:
    """The authority of these tests has no key usage, as those of many companies."""
    assert connect(peer.address).conn.get("c1").status_code == 200
    strict = connect(peer.address, strict_certificates=True)
    error = failure(strict)
    assert (error.stage, error.retriable) == ("tls", False)
    assert "the certificate is not accepted: Path length given without key usage keyCertSign" in error.message
    assert error.message.endswith("have it issued anew, or set strict_certificates to false.")
    assert strict.ping("c1").message == error.message
