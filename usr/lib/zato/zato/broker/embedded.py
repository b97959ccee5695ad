"""Asynchronous invocations with nothing but the ODB: rows that consumers claim."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import timedelta

from zato.broker.claiming import Claiming
from zato.broker.delivery import Counts
from zato.broker.protocol import UNCONFIRMED, Handle
from zato.broker.retrying import Retrying
from zato.core.clock import Clock
from zato.core.errors import Unavailable
from zato.core.message import DeadLetter, Message
from zato.odb.change_notifier import PATIENT, ChangeNotifier
from zato.odb.database import Database
from zato.odb.messages import Messages

LEASE = timedelta(seconds=15)
"""How long after a consumer's death its messages are delivered again, at the latest."""


class EmbeddedInvocations:
    """A protocol.Invocations, and protocol.DeadLetters. Constructing it does nothing; threads may share it."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        owner: str | None = None,
        lease: timedelta = LEASE,
        retrying: Retrying | None = None,
    ) -> None:
        """`owner` is a name that one process at a time has: what the one before held is delivered again at once."""
        self._database = database
        self._messages = Messages(database)
        self._clock = clock
        self._owner = owner
        self._heir = owner is not None
        self._lease = lease
        self._retrying = retrying or Retrying()

    def send(self, message: Message) -> None:
        try:
            self._messages.add(message, self._clock.now())
        except Unavailable as error:
            # Whether it got as far as the commit is not told apart: who sends it again has it marked
            raise Unavailable(
                f"The message to service {message.service} is not safe: {error.message}", code=UNCONFIRMED
            ) from error

    def consume(self, handle: Handle, stop: threading.Event, *, prefetch: int) -> None:
        # What is claimed under the name later is this process's own
        heir, self._heir = self._heir, False
        Claiming(
            self._messages,
            ChangeNotifier(self._database, PATIENT),
            self._clock,
            handle,
            owner=self._owner,
            heir=heir,
            prefetch=prefetch,
            lease=self._lease,
            retrying=self._retrying,
        ).run(stop)

    def counts(self) -> Counts:
        return Counts(*self._messages.counts())

    def dead(self, limit: int) -> list[DeadLetter]:
        return self._messages.dead(limit)

    def payload(self, message_id: str) -> str | None:
        return self._messages.dead_payload(message_id)

    def retry(self, ids: Sequence[str] | None) -> int:
        return self._messages.retry(ids, self._clock.now())

    def delete(self, ids: Sequence[str] | None) -> int:
        return self._messages.delete(ids)
