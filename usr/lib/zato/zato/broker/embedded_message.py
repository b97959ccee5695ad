"""Messages as rows of the ODB."""

from __future__ import annotations

from zato.broker.message import DeadLetter, Message
from zato.odb.messages import DeadMessage, KeptMessage


def kept(message: Message) -> KeptMessage:
    """The message as a row."""
    return KeptMessage(
        id=message.id,
        service=message.service,
        payload=message.payload,
        cid=message.cid,
        sent=message.sent,
        principal=message.principal,
    )


def released(row: KeptMessage, *, resent: bool = False) -> Message:
    """The row as a message."""
    return Message(
        id=row.id,
        service=row.service,
        payload=row.payload,
        cid=row.cid,
        sent=row.sent,
        principal=row.principal,
        resent=resent,
    )


def described(row: DeadMessage) -> DeadLetter:
    """A row that is not delivered any more, as a dead letter."""
    return DeadLetter(
        id=row.id,
        service=row.service,
        cid=row.cid,
        sent=row.sent,
        principal=row.principal,
        payload_bytes=row.payload_bytes,
        attempts=row.attempts,
        reason=row.reason,
        died=row.died,
    )
