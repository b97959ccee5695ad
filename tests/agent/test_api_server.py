"""An agent's API ends connections that take their time, and has room for others meanwhile."""

from __future__ import annotations

import contextlib
import socket
import ssl
import time
from collections.abc import Iterator

import pytest

from support.layouts import certified
from support.ports import free_port
from support.waiting import LATE_SECONDS, PATIENCE_SECONDS, until
from zato.agent.api.server import ApiServer
from zato.host.layout import Layout
from zato.host.settings import ClusterSettings
from zato.pki.names import ADMIN, BALANCER_AGENT

SECONDS = 1.0


@pytest.fixture
def layout() -> Iterator[Layout]:
    with certified(ClusterSettings()) as made:
        yield made


@pytest.fixture
def port(layout: Layout) -> int:
    found = free_port()

    def application(environ: object, start: object) -> list[bytes]:
        start("200 OK", [("Content-Type", "text/plain")])  # type: ignore[operator]
        return [b"well"]

    ApiServer(
        found,
        certificate=layout.pki / f"{BALANCER_AGENT}.crt",
        ca=layout.ca_certificate,
        allowed={ADMIN},
        application=lambda: application,
        seconds=SECONDS,
    ).listen(("127.0.0.1",))
    return found


def ask(layout: Layout, port: int, source: str = "127.0.0.1") -> bytes:
    with contextlib.closing(connect(layout, port, source)) as connection:
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
        return b"".join(iter(lambda: connection.recv(1000), b""))


def connect(layout: Layout, port: int, source: str) -> ssl.SSLSocket:
    context = ssl.create_default_context(cafile=layout.ca_certificate)
    context.load_cert_chain(layout.pki / f"{ADMIN}.crt", layout.pki / f"{ADMIN}.key")
    plain = socket.create_connection(("127.0.0.1", port), timeout=5.0, source_address=(source, 0))
    return context.wrap_socket(plain, server_hostname="localhost")


def test_one_address_leaves_room_for_others(layout: Layout, port: int) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(20):
            stack.enter_context(socket.create_connection(("127.0.0.1", port), source_address=("127.0.0.2", 0)))
        assert ask(layout, port).endswith(b"well")
    until(lambda: ask(layout, port, "127.0.0.2").endswith(b"well"))


def test_a_head_that_drips_in_is_ended(layout: Layout, port: int) -> None:
    with connect(layout, port, "127.0.0.1") as connection:
        began = time.monotonic()
        with contextlib.suppress(OSError):
            connection.sendall(b"GET / HTTP/1.0\r\nX: ")
            while time.monotonic() - began < PATIENCE_SECONDS:
                connection.sendall(b"a")
                time.sleep(SECONDS / 10)
        assert time.monotonic() - began < SECONDS + LATE_SECONDS
    assert ask(layout, port).endswith(b"well")


def test_a_handshake_that_does_not_go_on_is_ended(layout: Layout, port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as connection:
        assert connection.recv(1) == b""
