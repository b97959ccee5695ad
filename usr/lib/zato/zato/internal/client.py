"""How a process of this machine has the server beside it invoke services: the internal door's client.

With nothing but the standard library's HTTP: such processes are there once for each server, so their memory counts.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from zato.core.errors import TimeLimitExceeded, Unavailable
from zato.core.limits import TIME_LIMIT_SECONDS_MAX
from zato.host.unix_http import EndlessAnswer, NoAnswer, NotInTime, NotReached, Reply, exchange
from zato.internal.invocation import PATH, Invocation, headers_of

NOT_BEGUN = "invocation-not-begun"
"""Code of the Unavailable of an invocation that no service has seen."""
NO_ANSWER = "no-answer"
"""Code of the Unavailable of an invocation whose process ended."""
_HEALTH_SECONDS = 5.0
# The server enforces each service's own limit, so this is for one that has come to a halt
_INVOCATION_SECONDS = TIME_LIMIT_SECONDS_MAX + 60.0
_ANSWER_BYTES_MAX = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Invoked:
    """What the server answered; `code` and `message` are an error's."""

    status: int
    code: str = ""
    message: str = ""


class InternalClient:
    """Threads may share it: each request has a connection of its own."""

    def __init__(self, path: Path, component: str, *, invocation_seconds: float = _INVOCATION_SECONDS) -> None:
        """`component` is the part of Zato that asks: the door lets each in for what is its own to have invoked."""
        self._path = path
        self._component = component
        self._invocation_seconds = invocation_seconds

    def takes_requests(self) -> bool:
        """Whether the server would be sent new requests: it is there, knows its configuration, and does not drain."""
        try:
            return exchange(self._path, "GET", "/zato/health", seconds=_HEALTH_SECONDS).status == 200
        except (NotReached, NoAnswer, NotInTime, EndlessAnswer):
            return False

    def invoke(self, invocation: Invocation) -> Invoked:
        """What the server said. Raises TimeLimitExceeded, or Unavailable: NOT_BEGUN (certain) or NO_ANSWER."""
        seconds = self._invocation_seconds
        try:
            return _invoked(
                exchange(
                    self._path,
                    "POST",
                    PATH,
                    invocation.payload,
                    headers_of(invocation, self._component),
                    seconds=seconds,
                    bytes_max=_ANSWER_BYTES_MAX,
                )
            )
        except NotReached as error:
            raise Unavailable(f"Nothing answers at {self._path}: {error}.", code=NOT_BEGUN) from error
        except NotInTime as error:
            raise TimeLimitExceeded(f"The server has not answered within {seconds:g} s.") from error
        except (NoAnswer, EndlessAnswer) as error:
            raise Unavailable(f"The server ended before it answered: {error}.", code=NO_ANSWER) from error


def _invoked(reply: Reply) -> Invoked:
    if reply.status < 400:
        return Invoked(reply.status)
    try:
        error = json.loads(reply.body)["error"]
        return Invoked(reply.status, str(error["code"]), str(error["message"]))
    except (ValueError, KeyError, TypeError):
        return Invoked(reply.status, "", reply.body[:500].decode("utf-8", "replace"))
