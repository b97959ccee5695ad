"""Whether a lighttpd still answers."""

from __future__ import annotations

import os
import socket
import ssl

from zato.agent.lighttpd.running import RunningLighttpd


class AnsweringLighttpd:
    """The lighttpd of `running`, which listens on `address`."""

    def __init__(self, running: RunningLighttpd, address: tuple[str, int], *, connections_max: int) -> None:
        self._running = running
        self._address = address
        self._connections_max = connections_max
        # Who it is does not matter here, as it is told nothing: it only has to get through a handshake
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._tls.check_hostname = False
        self._tls.verify_mode = ssl.CERT_NONE

    def pid(self) -> int | None:
        return self._running.pid()

    def answer(self, seconds: float) -> None:
        """A handshake is lighttpd's own work: a server behind it that does not answer makes no difference."""
        try:
            with socket.create_connection(self._address, seconds) as connection, self._tls.wrap_socket(connection):
                return
        except TimeoutError:
            if not self._is_full():
                raise

    def _is_full(self) -> bool:
        """Whether it has as many connections as it may, and so lets others wait."""
        pid = self._running.pid()
        try:
            return pid is not None and len(os.listdir(f"/proc/{pid}/fd")) >= self._connections_max  # noqa: PTH208
        except OSError:
            return False
