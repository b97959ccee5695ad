"""A message as RabbitMQ has it: body and headers. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from zato.broker.delivery import Delivery
from zato.broker.rabbitmq.names import ATTEMPTS, BEGUN, ENDED, ORIGIN, ORIGIN_NAME, RETURNS
from zato.core.message import Message
from zato.core.origin import Asker

_BODY = tuple(field for field in Message.__struct_fields__ if field not in {"origin", "origin_name"})


def body_of(message: Message) -> bytes:
    """All of it but its origin, which is in its headers: the release before refuses a body that says more."""
    return msgspec.json.encode({name: getattr(message, name) for name in _BODY})


def origin_headers(message: Message) -> dict[str, Any]:
    """What goes with its body wherever it is put."""
    return {ORIGIN: message.origin.value, ORIGIN_NAME: message.origin_name}


def message_in(body: bytes, headers: Mapping[str, Any]) -> Message:
    """Raises ValueError where there is none in it."""
    name = headers.get(ORIGIN_NAME)
    return replace(
        msgspec.json.decode(body, type=Message),
        origin=Asker.written(headers.get(ORIGIN)),
        origin_name=name if isinstance(name, str) else "",
    )


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
