"""Asynchronous invocations, on the side of those who send them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import msgspec

from zato.broker.protocol import Sender
from zato.core.clock import Clock
from zato.core.errors import InvalidInput, TooLarge
from zato.core.limits import MESSAGE_BYTES_MAX
from zato.core.message import Message
from zato.core.origin import Asker
from zato.core.principal import Principal
from zato.service.values import encode


class AsyncInvocations:
    """Writes messages and hands them to the broker."""

    def __init__(self, sender: Sender, clock: Clock) -> None:
        self._sender = sender
        self._clock = clock

    def send(
        self, service: str, payload: Any, cid: str, principal: Principal, origin: Asker, origin_name: str = ""
    ) -> Message:
        """The message, which is safe; `origin` and its name say what sends it.

        Raises Unavailable where it is not safe, InvalidInput, TooLarge.
        """
        message = Message(
            id=uuid4().hex,
            service=service,
            payload=document_of(service, payload),
            cid=cid,
            sent=self._clock.now(),
            principal=principal.name,
            origin=origin,
            origin_name=origin_name,
        )
        self._sender.send(message)
        return message


def document_of(service: str, payload: Any) -> str:
    """The payload as JSON, empty for None. Raises InvalidInput (payload-not-json), TooLarge."""
    if payload is None:
        return ""
    if isinstance(payload, bytes | bytearray | memoryview):
        raise InvalidInput(
            f"The payload for service {service} is bytes, which a message cannot hold; send text, base64 for instance.",
            code="payload-not-json",
        )
    try:
        document = encode(payload)
    except (TypeError, ValueError, OverflowError, RecursionError, msgspec.MsgspecError) as error:
        raise InvalidInput(
            f"The payload for service {service} cannot be written as JSON: {error}.", code="payload-not-json"
        ) from error
    if len(document) > MESSAGE_BYTES_MAX:
        raise TooLarge(
            f"The payload for service {service} has {len(document)} bytes; a message takes {MESSAGE_BYTES_MAX} at most."
        )
    return document.decode()
