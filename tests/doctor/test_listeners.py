"""Who answers on a port of the cluster's."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from zato.core.clock import SystemClock
from zato.doctor.listeners import is_foreign
from zato.pki.authority import Authority, Usage


@contextmanager
def listening(context: ssl.SSLContext | None) -> Iterator[int]:
    """One connection is answered: by a handshake, or by a line in the clear."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            with suppress(OSError), server.accept()[0] as connection:
                if context is None:
                    connection.sendall(b"220 Somebody else's program\r\n" * 20)
                    connection.recv(1000)
                else:
                    context.wrap_socket(connection, server_side=True).close()

        thread = threading.Thread(target=answer)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            thread.join(10)


def certified(directory: Path) -> ssl.SSLContext:
    authority = Authority(directory, SystemClock())
    authority.create("zato")
    authority.issue("lighttpd-1", usage=Usage.SERVER, hosts=("localhost",), common_name="localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "lighttpd-1.crt", directory / "lighttpd-1.key")
    return context


def test_a_program_is_known_by_its_certificate(tmp_path: Path) -> None:
    ours, others = certified(tmp_path / "ours"), certified(tmp_path / "others")
    authority = tmp_path / "ours" / "ca.crt"
    for context, foreign in ((ours, False), (others, True), (None, True)):
        with listening(context) as port:
            assert is_foreign("127.0.0.1", port, authority) is foreign
    assert not is_foreign("127.0.0.1", port, authority), "nothing listens any more"
