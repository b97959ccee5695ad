"""Whether a lighttpd serves: with the certificate that it should show, and with its server's answers."""

from __future__ import annotations

import http.client
import re
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path

from zato.agent.lighttpd.names import CONFIGURATION
from zato.host.listening import Addresses
from zato.host.ports import from_here
from zato.host.unix_http import EndlessAnswer, NoAnswer, NotInTime, NotReached, exchange

_SECONDS = 5.0
_PATH = "/zato/ping"
_BIND = re.compile(r'^server\.bind = "\[?([^"\]]+)\]?"$', re.MULTILINE)
_SOCKET = re.compile(r'^\$SERVER\["socket"\] == "\[?([^"]+?)\]?:[0-9]+"', re.MULTILINE)
_PORT = re.compile(r"^server\.port = ([0-9]+)$", re.MULTILINE)


def addresses_in(directory: Path) -> Addresses:
    """Those on which the lighttpd that is started from `directory` listens; none before its first configuration."""
    try:
        return tuple(_SOCKET.findall((directory / CONFIGURATION).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return ()


@dataclass(frozen=True, slots=True)
class Serving:
    """The lighttpd that is started from `directory`, before the server at `front_socket`."""

    directory: Path
    certificate: Path
    front_socket: Path

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens by its configuration, which may be another one than the settings have by now.

        Raises OSError where it has none.
        """
        text = (self.directory / CONFIGURATION).read_text(encoding="utf-8")
        bind, port = _BIND.search(text), _PORT.search(text)
        if bind is None or port is None:
            raise FileNotFoundError(f"{self.directory / CONFIGURATION} does not say where lighttpd listens")
        return from_here(bind[1]), int(port[1])

    def shown(self) -> bytes:
        """The certificate, as DER, that it shows. Raises OSError where it does not answer."""
        with socket.create_connection(self.address, _SECONDS) as plain, _tls().wrap_socket(plain) as connection:
            return connection.getpeercert(binary_form=True) or b""

    def expected(self) -> bytes | None:
        """The certificate, as DER, that it is to show; None where there is none, or nothing that is one."""
        try:
            return ssl.PEM_cert_to_DER_cert(_first(self.certificate.read_text(encoding="ascii")))
        except (OSError, ValueError):
            return None

    def shows_another(self) -> bool:
        """Whether it answers with another certificate than it is to show: that was renewed since it was loaded.

        Where there is none to show, nothing is gained by a reload.
        """
        expected = self.expected()
        try:
            return expected is not None and self.shown() != expected
        except OSError:
            return False

    def problem(self, *, before: bytes | None = None) -> str | None:
        """Why it does not serve; None where it does. A server that does not answer is no fault of lighttpd's.

        Nor is a certificate that was renewed after lighttpd had loaded it: it may show the one of `before`, too.
        """
        try:
            if self.shown() not in (before, self.expected()):
                return f"It shows another certificate than {self.certificate}."
            status = self._ask(http.client.HTTPSConnection(*self.address, timeout=_SECONDS, context=_tls()))
        except (OSError, ValueError, http.client.HTTPException) as error:
            return f"It does not answer: {error}."
        if status >= http.HTTPStatus.INTERNAL_SERVER_ERROR and self._server_answers():
            return f"It answers {_PATH} with {status}, and its server does not."
        return None

    def _server_answers(self) -> bool:
        try:
            answer = exchange(self.front_socket, "GET", _PATH, seconds=_SECONDS)
            return answer.status < http.HTTPStatus.INTERNAL_SERVER_ERROR
        except (NotReached, NoAnswer, NotInTime, EndlessAnswer):
            return False

    def _ask(self, connection: http.client.HTTPConnection) -> int:
        try:
            connection.request("GET", _PATH, headers={"Host": "localhost", "Connection": "close"})
            return connection.getresponse().status
        finally:
            connection.close()


def _tls() -> ssl.SSLContext:
    # Compared byte by byte with what is expected, so there is nothing left to verify
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _first(pem: str) -> str:
    end = "-----END CERTIFICATE-----"
    return pem[: pem.index(end) + len(end)] + "\n"
