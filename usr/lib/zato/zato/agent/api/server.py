"""A small WSGI server over mutual TLS."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections import Counter
from collections.abc import Callable, Collection
from pathlib import Path
from socketserver import TCPServer, ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer
from wsgiref.types import WSGIApplication

from zato.core.errors import SetupError
from zato.host.addresses import own_addresses
from zato.host.listening import Addresses, while_running
from zato.host.logs import get_logger

CLIENT = "zato.client"
"""The key of a request's environment with the name in the client's certificate."""
_CONNECTIONS_MAX = 16
# Of one address, so that others find room
_CONNECTIONS_OF_ONE_MAX = 8
_SECONDS = 10.0
# It asks so often whether it is to end, which it does with its process
_NEVER_SHUT_DOWN = 3600.0


class ApiServer:
    """Serves to clients whose certificate is of this cluster's CA and for one of the `allowed` names; to no others.

    A connection that nobody may make is closed before anything is read of it. Each has a thread, of which there are a
    few at most, and fewer for one address; some seconds for its handshake and its request together, however it spreads
    what it sends, and for each of its later steps. The application is made for the first request: most agents are
    never asked, and it takes megabytes. Certificates are read again when they have changed.
    """

    def __init__(
        self,
        port: int,
        *,
        certificate: Path,
        ca: Path,
        allowed: Collection[str],
        application: Callable[[], WSGIApplication],
        seconds: float = _SECONDS,
    ) -> None:
        self._port = port
        self._seconds = seconds
        self._listening: Addresses = ()
        self._identity = _Identity(certificate, ca)
        self._allowed = frozenset(allowed)
        self._application = application
        self._made: WSGIApplication | None = None
        self._making = threading.Lock()

    def listen(self, addresses: Addresses) -> None:
        """From now on it serves on these, too. Raises SetupError where it cannot listen, or has no certificate."""
        if set(addresses) <= set(self._listening):
            return
        self._identity.context()
        own = own_addresses() if self._listening else ()
        for address in while_running(self._listening, addresses, own):
            if address not in self._listening:
                self._listen(address)

    def _listen(self, address: str) -> None:
        try:
            server = _Server((address, self._port), self._identity, self._allowed, self._app, self._seconds)
        except OSError as error:
            raise SetupError(
                f"The agent cannot listen on {address}, port {self._port}: {error.strerror}.", code="agent-port"
            ) from error
        threading.Thread(target=server.serve_forever, args=(_NEVER_SHUT_DOWN,), name="api", daemon=True).start()
        self._listening = (*self._listening, address)

    def _app(self) -> WSGIApplication:
        with self._making:
            if self._made is None:
                self._made = self._application()
            return self._made


class _Identity:
    """The server's certificate with its key, and whose clients are let in."""

    def __init__(self, certificate: Path, ca: Path) -> None:
        self._files = (certificate, certificate.with_suffix(".key"), ca)
        self._context: ssl.SSLContext | None = None
        self._read: tuple[int, ...] = ()
        self._lock = threading.Lock()

    def context(self) -> ssl.SSLContext:
        """As the files are now; in the middle of a renewal, as they were. Raises SetupError where none ever were."""
        with self._lock:
            try:
                changed = tuple(path.stat().st_mtime_ns for path in self._files)
                if self._context is None or changed != self._read:
                    self._context, self._read = self._new(), changed
            except (OSError, ssl.SSLError) as error:
                if self._context is None:
                    raise SetupError(f"The agent's certificate {self._files[0]} cannot be used: {error}.") from error
            return self._context

    def _new(self) -> ssl.SSLContext:
        certificate, key, ca = self._files
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cafile=ca)
        context.load_cert_chain(certificate, key)
        return context


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def __init__(
        self,
        address: tuple[str, int],
        identity: _Identity,
        allowed: frozenset[str],
        app: Callable[[], WSGIApplication],
        seconds: float,
    ) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self._identity = identity
        self._allowed = allowed
        self._app = app
        self._seconds = seconds
        self._open: Counter[str] = Counter()
        self._counting = threading.Lock()
        self._log = get_logger("zato.agent.api")
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        """Without a look-up of this machine's name, for which HTTPServer waits."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])
        self.setup_environ()

    def get_app(self) -> WSGIApplication:
        return self._app()

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._let_in(client_address[0]):
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except BaseException:
            self._let_out(client_address[0])
            raise

    def _let_in(self, address: str) -> bool:
        with self._counting:
            room = self._open.total() < _CONNECTIONS_MAX and self._open[address] < _CONNECTIONS_OF_ONE_MAX
            self._open[address] += room
            return room

    def _let_out(self, address: str) -> None:
        with self._counting:
            self._open[address] -= 1
            self._open = +self._open

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """In a thread of its own, the handshake too."""
        # A time for each step alone would let somebody take one step after the other for ever
        same = request.dup()
        deadline = threading.Timer(self._seconds, _cut, (same,))
        deadline.daemon = True
        deadline.start()
        try:
            request.settimeout(self._seconds)
            with self._identity.context().wrap_socket(request, server_side=True) as connection:
                name = _name_of(connection)
                if name not in self._allowed:
                    self._log.warning("A client of the agent was refused", principal=name, address=client_address[0])
                    return
                _Handler(connection, client_address, self, name, deadline)
        except (OSError, SetupError) as error:
            self._log.info("A connection to the agent has ended early", address=client_address[0], reason=str(error))
        except Exception:  # noqa: BLE001 - the outermost call of a thread
            self._log.exception("A request to the agent failed unexpectedly")
        finally:
            deadline.cancel()
            same.close()
            self.shutdown_request(request)
            self._let_out(client_address[0])


class _Handler(WSGIRequestHandler):
    def __init__(
        self,
        request: Any,
        client_address: Any,
        server: WSGIServer,
        name: str = "",
        deadline: threading.Timer | None = None,
    ) -> None:
        self._name = name
        self._deadline = deadline
        super().__init__(request, client_address, server)

    def get_environ(self) -> dict[str, Any]:
        """The request's head is there by then, and what it asks for may take its time."""
        if self._deadline is not None:
            self._deadline.cancel()
        return {**super().get_environ(), CLIENT: self._name, "wsgi.url_scheme": "https"}

    def address_string(self) -> str:
        return str(self.client_address[0])

    def log_message(self, format: str, *arguments: Any) -> None:
        """What is changed is logged by those who change it."""


def _cut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def _name_of(connection: ssl.SSLSocket) -> str:
    """The name in the client's certificate; empty where its subject has anything else, too."""
    found = connection.getpeercert()
    subject = found.get("subject", ()) if found else ()
    match subject:
        case (((("commonName", str(name)),)),):
            return name
    return ""
