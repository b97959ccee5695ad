"""The internal door of the server, as the listener uses it.

With nothing but the standard library's client: the process is there once for each server, so its memory counts.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from urllib.parse import quote

from zato.broker.message import Delivery
from zato.core.errors import TimeLimitExceeded, Unavailable
from zato.core.limits import TIME_LIMIT_SECONDS_MAX
from zato.host.unix_http import UnixConnection

PATH = "/zato/internal/invocations"
NOT_BEGUN = "invocation-not-begun"
"""Code of the Unavailable of an invocation that no service has seen."""
NO_ANSWER = "no-answer"
"""Code of the Unavailable of an invocation whose process ended."""
_HEALTH_SECONDS = 5.0
# The server enforces each service's own limit, so this is for one that has come to a halt
_INVOCATION_SECONDS = TIME_LIMIT_SECONDS_MAX + 60.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server answered; `code` and `message` are an error's."""

    status: int
    code: str = ""
    message: str = ""


class ServerDoor:
    """Threads may share it: each request has a connection of its own."""

    def __init__(self, path: Path, *, invocation_seconds: float = _INVOCATION_SECONDS) -> None:
        self._path = path
        self._invocation_seconds = invocation_seconds

    def takes_requests(self) -> bool:
        """Whether the server would be sent new requests: it is there, knows its configuration, and does not drain."""
        try:
            return self._exchange("GET", "/zato/health", b"", {}, _HEALTH_SECONDS).status == 200
        except (Unavailable, TimeLimitExceeded):
            return False

    def invoke(self, delivery: Delivery) -> Reply:
        """The server's reply. Raises TimeLimitExceeded, or Unavailable: NOT_BEGUN (certain) or NO_ANSWER."""
        message = delivery.message
        headers = {
            "Content-Type": "application/json",
            "X-Zato-Principal": "listener",
            "X-Zato-CID": message.cid,
            "X-Zato-Service": quote(message.service, safe=""),
            "X-Zato-Sender": quote(message.principal, safe=""),
            "X-Zato-Message-Id": message.id,
            "X-Zato-Attempt": str(delivery.attempt),
            "X-Zato-Redelivered": "true" if delivery.redelivered else "false",
        }
        return self._exchange("POST", PATH, message.payload.encode(), headers, self._invocation_seconds)

    def _exchange(self, method: str, path: str, body: bytes, headers: dict[str, str], seconds: float) -> Reply:
        connection = UnixConnection(self._path, seconds)
        try:
            try:
                connection.connect()
            except OSError as error:
                raise Unavailable(f"Nothing answers at {self._path}: {error}.", code=NOT_BEGUN) from error
            try:
                connection.request(method, path, body, headers)
                response = connection.getresponse()
                return _reply(response.status, response.read())
            except TimeoutError as error:
                raise TimeLimitExceeded(f"The server has not answered within {seconds:g} s.") from error
            except (HTTPException, OSError) as error:
                raise Unavailable(f"The server ended before it answered: {error!r}.", code=NO_ANSWER) from error
        finally:
            connection.close()


def _reply(status: int, body: bytes) -> Reply:
    if status < 400:
        return Reply(status)
    try:
        error = json.loads(body)["error"]
        return Reply(status, str(error["code"]), str(error["message"]))
    except (ValueError, KeyError, TypeError):
        return Reply(status, "", body[:500].decode("utf-8", "replace"))
