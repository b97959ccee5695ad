"""What answers as a cluster, and is none: garbage, nothing, something without an end. No page fails by it."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from support.cluster import RunningCluster
from support.console import ConsoleSession
from zato.pki.authority import Authority, Usage
from zato.pki.certificates import fingerprint, load_certificate

WHOAMI = {"name": "eve", "roles": ["admin"], "rights": ["read"], "kinds": {}}


class Impostor:
    """Answers `answer` to everything but what signing in takes, and that, too, where it is `rude`."""

    def __init__(self, directory: Path) -> None:
        authority = Authority(directory)
        authority.create("zato")
        authority.issue("other", usage=Usage.SERVER, hosts=("localhost",))
        self.fingerprint = fingerprint(load_certificate(authority.certificate_path))
        self.answer, self.rude = b"", False
        impostor = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _answer(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                body = impostor.answer
                if not impostor.rude:
                    if self.path.endswith("/sessions"):
                        body = json.dumps({"token": "x" * 40}).encode()
                    elif self.path.endswith("/whoami"):
                        body = json.dumps(WHOAMI).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = _answer

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(directory / "other.crt", directory / "other.key")
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = f"https://localhost:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def added(session: ConsoleSession, impostor: Impostor) -> Iterator[None]:
    answer = session.post("/clusters/", {"name": "impostor", "url": impostor.url, "fingerprint": impostor.fingerprint})
    assert answer.status == 302, answer.data.decode()[-2000:]
    try:
        yield
    finally:
        session.post("/clusters/remove", {"name": "impostor"}, form="/clusters/")


@pytest.fixture
def impostor(tmp_path: Path) -> Iterator[Impostor]:
    made = Impostor(tmp_path)
    yield made
    made.close()


ANSWERS = [
    *(b"", b"{", b"[]", b"{}", b"null", b"\xff\xfe", b"[" * 9999),
    b'{"servers": 5}',
    b'{"summary": {}, "kinds": [1]}',
]
PAGES = ("", "services/", "deployments/", "certificates/", "joining/", "servers/", "account/", "audit/")


def test_garbage_is_a_page_that_says_so(console: RunningCluster, impostor: Impostor) -> None:
    session = ConsoleSession(console)
    session.sign_in("ann")
    with added(session, impostor):
        assert session.sign_in("eve", cluster="impostor").status == 302
        for answer in ANSWERS:
            impostor.answer = answer
            for path in PAGES:
                found = session.get(f"/c/impostor/{path}")
                assert found.status in {200, 302, 403, 404, 503}, (answer, path, found.data.decode()[-1500:])
                if found.status == 302:  # signed out
                    session.sign_in("eve", cluster="impostor")
        impostor.rude = True
        for answer in ANSWERS:
            impostor.answer = answer
            assert session.sign_in("eve", cluster="impostor").status in {401, 302}
        assert session.get("/c/zato/").status == 200
