"""Whether a lighttpd still answers."""

from __future__ import annotations

import socket
import ssl

from zato.agent.lighttpd.running import RunningLighttpd


class AnsweringLighttpd:
    """The lighttpd of `running`, which listens on `address`."""

    def __init__(self, running: RunningLighttpd, address: tuple[str, int]) -> None:
        self._running = running
        self._address = address
        # Who it is does not matter here, as it is told nothing: it only has to get through a handshake
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._tls.check_hostname = False
        self._tls.verify_mode = ssl.CERT_NONE

    def pid(self) -> int | None:
        return self._running.pid()

    def answer(self, seconds: float) -> None:
        """A handshake is lighttpd's own work: a server behind it that does not answer makes no difference."""
        with socket.create_connection(self._address, seconds) as connection, self._tls.wrap_socket(connection):
            return
