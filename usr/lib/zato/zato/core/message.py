"""An asynchronous invocation: the same wherever it is kept, and however often it is delivered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from msgspec import Struct

from zato.core.origin import Asker


class Message(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Says which service is to be invoked with what."""

    id: str
    """Thirty-two hexadecimal digits, unique: by it, a service can tell what it has done already."""
    service: str
    payload: str
    """JSON; empty where there is none."""
    cid: str
    """Correlation id of the request that sent it."""
    sent: datetime
    principal: str = "anonymous"
    """Name of the principal in whose request it was sent."""
    resent: bool = False
    """It may have been sent before, under the same id: each of its deliveries counts as a redelivery."""
    origin: Asker = Asker.MESSAGE
    """What has sent it."""
    origin_name: str = ""
    """Its name: the service that has sent a message, the item of a job or a delivery; empty where there is none."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that is not delivered any more, until somebody has it delivered again.

    Without its payload: who looks looks at many, and each may have megabytes.
    """

    id: str
    service: str
    cid: str
    sent: datetime
    principal: str
    payload_bytes: int
    attempts: int
    """How often it was delivered."""
    reason: str
    origin: Asker
    origin_name: str
    """As the message has them."""
    died: datetime
