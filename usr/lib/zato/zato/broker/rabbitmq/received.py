"""From what RabbitMQ delivers to a message and what is known of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from zato.broker.message import Delivery
from zato.broker.rabbitmq.names import ATTEMPTS, BEGUN, ENDED, RETURNS
from zato.core.message import Message


def message_in(body: bytes) -> Message:
    """Raises ValueError where there is none in it."""
    return msgspec.json.decode(body, type=Message)


def delivery_of(message: Message, headers: Mapping[str, Any], *, redelivered: bool) -> Delivery:
    """An attempt is one that was told of, in the headers, or after which the message came back to the queue."""
    returned = _number(headers, RETURNS)
    return Delivery(
        message=message,
        redelivered=redelivered or returned > 0 or headers.get(BEGUN) is True or message.resent,
        attempt=_number(headers, ATTEMPTS) + returned + 1,
        ended=headers.get(ENDED) is True,
    )


def _number(headers: Mapping[str, Any], name: str) -> int:
    found = headers.get(name)
    return found if isinstance(found, int) else 0
