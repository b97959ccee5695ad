"""The client against a real HTTPS server and a real unix socket."""

from __future__ import annotations

import json
import socketserver
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import msgspec
import pytest

from zato.client.api import ApiClient
from zato.client.balancer import admin_transport, curl_options, url_of
from zato.client.transport import HttpsTransport, SocketTransport
from zato.core.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    NotFound,
    OutgoingFailed,
    ServiceFailed,
    SetupError,
    TimeLimitExceeded,
    Unauthorized,
    Unavailable,
    ZatoError,
)
from zato.host.layout import Layout
from zato.host.settings import ClusterSettings
from zato.pki.authority import Authority, Usage


@dataclass
class Peer:
    """A server that remembers what it was asked and answers what it was told to."""

    status: int = 200
    body: bytes = b"{}"
    content_type: str = "application/json"
    seen: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)

    def handler(self) -> type[BaseHTTPRequestHandler]:
        peer = self

        class Handler(BaseHTTPRequestHandler):
            def address_string(self) -> str:
                return "client"

            def log_message(self, *_: Any) -> None:
                pass

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                peer.seen.append((self.command, self.path, dict(self.headers), body))
                self.send_response(peer.status)
                self.send_header("Content-Type", peer.content_type)
                self.send_header("Content-Length", str(len(peer.body)))
                self.end_headers()
                self.wfile.write(peer.body)

            do_GET = do_POST = do_PUT = do_DELETE = answer

        return Handler


class UnixServer(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    authority = Authority(tmp_path / "pki")
    authority.create("test")
    authority.issue("server", usage=Usage.SERVER, hosts=("localhost", "esb.invalid"))
    authority.issue_client("admin")
    return authority


@pytest.fixture
def https(authority: Authority) -> Iterator[tuple[Peer, str]]:
    peer = Peer()
    server = HTTPServer(("localhost", 0), peer.handler())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.directory / "server.crt", authority.directory / "server.key")
    context.load_verify_locations(authority.certificate_path)
    context.verify_mode = ssl.CERT_REQUIRED
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield peer, f"https://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def client_of(url: str, authority: Authority, **options: Any) -> ApiClient:
    pki = authority.directory
    return ApiClient(
        HttpsTransport(url, ca=pki / "ca.crt", certificate=pki / "admin.crt", key=pki / "admin.key", **options)
    )


def test_a_server_is_reached_at_another_address_and_must_still_be_the_one_of_the_url(
    https: tuple[Peer, str], authority: Authority
) -> None:
    peer, url = https
    port = url.rpartition(":")[2]
    with pytest.raises(SetupError, match="TLS connection"):
        client_of(f"https://esb.example.com:{port}", authority, address="127.0.0.1").ping()
    client_of(url, authority, address="127.0.0.1").ping()
    assert peer.seen[0][2]["Host"] == f"localhost:{port}"


def test_the_administrator_reaches_the_balancer_where_it_listens(https: tuple[Peer, str], authority: Authority) -> None:
    _, url = https
    layout = Layout(authority.directory.parent)
    cluster = ClusterSettings(hosts=("esb.invalid",), bind="127.0.0.1", lb_port=int(url.rpartition(":")[2]))
    ApiClient(admin_transport(layout, cluster)).ping()
    with pytest.raises(Unavailable, match=r"Nothing answers at https://esb\.invalid"):
        ApiClient(admin_transport(layout, msgspec.structs.replace(cluster, bind="127.0.0.2"))).ping()


@pytest.mark.parametrize(
    ("settings", "url", "options"),
    [
        ({}, "https://localhost:11223", ""),
        ({"bind": "0.0.0.0"}, "https://localhost:11223", ""),
        ({"hosts": ("::1",), "bind": "::1"}, "https://[::1]:11223", ""),
        ({"bind": "10.0.0.5"}, "https://localhost:11223", " --connect-to ::10.0.0.5:11223"),
        ({"bind": "2001:db8::1"}, "https://localhost:11223", " --connect-to ::[2001:db8::1]:11223"),
        ({"hosts": ("esb.example.com",), "bind": "10.0.0.5"}, "https://esb.example.com:11223", ""),
    ],
)
def test_what_people_are_told_leads_to_the_balancer(settings: dict[str, Any], url: str, options: str) -> None:
    cluster = ClusterSettings(**settings)
    assert (url_of(cluster), curl_options(cluster)) == (url, options)


def test_names_are_one_segment_of_the_path_whatever_they_hold(https: tuple[Peer, str], authority: Authority) -> None:
    peer, url = https
    client_of(url, authority).item("channel-rest", "a/b ?#%..")
    assert peer.seen[0][:2] == ("GET", "/zato/api/items/channel-rest/a%2Fb%20%3F%23%25..")


@pytest.mark.parametrize("name", [".", "..", "a\0b", "a\udcff"])
def test_a_name_that_no_path_can_have_is_refused_before_it_is_sent(
    https: tuple[Peer, str], authority: Authority, name: str
) -> None:
    peer, url = https
    with pytest.raises(InvalidInput, match="cannot be a name"):
        client_of(url, authority).item("channel-rest", name)
    assert peer.seen == []


def test_a_change_says_which_revision_it_started_from(https: tuple[Peer, str], authority: Authority) -> None:
    peer, url = https
    client_of(url, authority).update_item("channel-rest", "a", {"path": "/a"}, 7)
    method, _, headers, body = peer.seen[0]
    assert (method, headers["Content-Type"]) == ("PUT", "application/json")
    assert json.loads(body) == {"value": {"path": "/a"}, "revision": 7}


def test_a_deletion_without_a_revision_starts_from_the_latest(https: tuple[Peer, str], authority: Authority) -> None:
    peer, url = https
    peer.body = b'{"revision": 12}'
    client_of(url, authority).delete_item("channel-rest", "a")
    assert [seen[:2] for seen in peer.seen] == [
        ("GET", "/zato/api/items/channel-rest/a"),
        ("DELETE", "/zato/api/items/channel-rest/a?revision=12"),
    ]


def test_parameters_that_are_not_given_are_not_sent(https: tuple[Peer, str], authority: Authority) -> None:
    peer, url = https
    client_of(url, authority).diff(3)
    client_of(url, authority).deployments("a.py", limit=5)
    assert [seen[1] for seen in peer.seen] == ["/zato/api/diff?from=3", "/zato/api/deployments?limit=5&file_name=a.py"]


def test_a_file_is_sent_as_it_is(https: tuple[Peer, str], authority: Authority) -> None:
    peer, url = https
    client_of(url, authority).deploy("a.py", b"\x00\xff\r\n")
    method, target, headers, body = peer.seen[0]
    assert (method, target, body) == ("POST", "/zato/api/deployments?file_name=a.py", b"\x00\xff\r\n")
    assert headers["Content-Type"] == "application/octet-stream"


def test_what_a_service_answers_is_handed_on_as_it_is(https: tuple[Peer, str], authority: Authority) -> None:
    peer, url = https
    peer.body, peer.content_type = b"\xff", "image/png"
    assert client_of(url, authority).invoke("a.b", {"x": 1}) == (b"\xff", "image/png")
    assert peer.seen[0][1] == "/zato/api/services/a.b/invoke"
    assert json.loads(peer.seen[0][3]) == {"x": 1}


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (400, "invalid-input", InvalidInput),
        (401, "unauthorized", Unauthorized),
        (403, "forbidden", Forbidden),
        (404, "no-such-item", NotFound),
        (409, "stale-revision", Conflict),
        (415, "unsupported-media-type", InvalidInput),
        (500, "service-failed", ServiceFailed),
        (500, "internal-error", ZatoError),
        (502, "outgoing-failed", OutgoingFailed),
        (503, "odb-unavailable", Unavailable),
        (504, "time-limit-exceeded", TimeLimitExceeded),
    ],
)
def test_an_error_is_raised_as_it_was_on_the_server(
    https: tuple[Peer, str], authority: Authority, status: int, code: str, expected: type[ZatoError]
) -> None:
    peer, url = https
    error = {"code": code, "message": "A whole sentence.", "cid": "c1", "details": ["field: wrong"]}
    peer.status, peer.body = status, json.dumps({"error": error}).encode()
    with pytest.raises(ZatoError) as caught:
        client_of(url, authority).status()
    raised = caught.value
    assert type(raised) is expected
    assert (raised.code, raised.message, raised.cid, raised.status) == (code, "A whole sentence.", "c1", status)
    assert raised.details == ("field: wrong",)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"error": "x"}', b'{"error": {}}'])
def test_an_error_that_is_not_ours_is_still_an_error(
    https: tuple[Peer, str], authority: Authority, body: bytes
) -> None:
    peer, url = https
    peer.status, peer.body = 404, body
    with pytest.raises(NotFound, match="a 404"):
        client_of(url, authority).status()


def test_when_nothing_listens_the_error_names_the_place_and_how_to_start_it(authority: Authority) -> None:
    with pytest.raises(Unavailable) as caught:
        client_of("https://localhost:1", authority, hint="Start it with: zato quickstart start x").ping()
    assert caught.value.code == "unreachable"
    assert "https://localhost:1" in caught.value.message
    assert caught.value.message.endswith("zato quickstart start x")


def test_a_name_that_nobody_knows_is_told_from_a_server_that_does_not_run(authority: Authority) -> None:
    with pytest.raises(Unavailable, match=r"https://nobody\.invalid:1 cannot be resolved") as caught:
        client_of("https://nobody.invalid:1", authority).ping()
    assert caught.value.code == "unreachable"


def test_a_server_of_another_authority_is_refused(https: tuple[Peer, str], tmp_path: Path) -> None:
    other = Authority(tmp_path / "other")
    other.create("other")
    other.issue_client("admin")
    with pytest.raises(SetupError) as caught:
        client_of(https[1], other).ping()
    assert caught.value.code == "tls-failed"
    assert https[0].seen == []


def test_a_missing_certificate_is_named(tmp_path: Path, authority: Authority) -> None:
    (authority.directory / "admin.crt").unlink()
    with pytest.raises(SetupError, match=r"admin\.crt is missing"):
        client_of("https://localhost:1", authority)


def test_the_internal_door_is_told_the_principal(tmp_path: Path) -> None:
    peer = Peer(body=b'{"ok": true}')
    path = tmp_path / "internal.sock"
    server = UnixServer(str(path), peer.handler())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        client = ApiClient(SocketTransport(path), principal="hotdeploy")
        assert client.status() == {"ok": True}
        assert client.deploy("a.py", b"x") == {"ok": True}
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert [seen[2]["X-Zato-Principal"] for seen in peer.seen] == ["hotdeploy", "hotdeploy"]


def test_a_socket_that_is_not_there_means_unavailable(tmp_path: Path) -> None:
    client = ApiClient(SocketTransport(tmp_path / "none.sock"), principal="hotdeploy")
    with pytest.raises(Unavailable) as caught:
        client.status()
    assert caught.value.code == "unreachable"
