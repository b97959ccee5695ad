"""A broker that may be away, and the ODB in its place until it is back."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from msgspec.structs import replace

from zato.broker.delivery import Counts
from zato.broker.protocol import UNCONFIRMED, DeadLetters, Handle, Invocations, Sender
from zato.core.clock import Clock
from zato.core.errors import Unavailable, ZatoError
from zato.core.message import DeadLetter, Message
from zato.host.logs import get_logger
from zato.odb.claims import Done, Later
from zato.odb.messages import Claim, Messages, Settlement

_BATCH = 50
_LEASE = timedelta(seconds=60)
_EVERY_SECONDS = 1.0
_log = get_logger("zato.broker")


class Primary(Invocations, DeadLetters, Protocol):
    """The broker that messages are meant for."""


class Substitute(Sender, DeadLetters, Protocol):
    """What keeps messages while that is away."""


class WithHandover:
    """A protocol.Invocations and protocol.DeadLetters: what `primary` does not take is kept in the ODB and handed over.

    Those who consume hand it over. A crash in between hands a message over twice, with the same id and marked as
    resent. Messages that an embedded broker has left in the ODB are handed over too, its dead letters stay there.
    """

    def __init__(
        self,
        primary: Primary,
        messages: Messages,
        substitute: Substitute,
        clock: Clock,
        *,
        every_seconds: float = _EVERY_SECONDS,
        lease: timedelta = _LEASE,
    ) -> None:
        """`substitute` keeps its messages in `messages`."""
        self._primary = primary
        self._messages = messages
        self._substitute = substitute
        self._clock = clock
        self._every_seconds = every_seconds
        self._lease = lease
        self._away = False

    def send(self, message: Message) -> None:
        """Returns once it is safe with the primary, or in the ODB. Raises Unavailable where neither takes it."""
        try:
            self._primary.send(message)
        except Unavailable as error:
            self._keep(message, error)
            self._note(error)
        else:
            self._note(None)

    def consume(self, handle: Handle, stop: threading.Event, *, prefetch: int) -> None:
        thread = threading.Thread(target=self._hand_over_until, args=(stop,), name="handover", daemon=True)
        thread.start()
        self._primary.consume(handle, stop, prefetch=prefetch)
        thread.join()

    def hand_over(self) -> int:
        """Hands over what the ODB has, a batch at most, and says how many. Raises ZatoError where the ODB fails."""
        now = self._clock.now()
        due = self._messages.next_due()
        if due is None or due > now:
            return 0
        claims = self._messages.claim(_BATCH, now, now + self._lease)
        settlements: list[Settlement] = []
        try:
            for position, claim in enumerate(claims):
                try:
                    self._primary.send(replace(claim.message, resent=claim.begun))
                except Unavailable as error:
                    self._note(error)
                    settlements += _not_now(claims[position:], now, error)
                    break
                settlements.append(Done(claim))
            else:
                self._note(None)
        finally:  # whatever was raised, what is with the primary must not be handed over again and again
            self._messages.settle(settlements)
        return sum(isinstance(each, Done) for each in settlements)

    def counts(self) -> Counts:
        ours = self._substitute.counts()
        theirs = self._primary.counts()
        return Counts(ours.waiting + theirs.waiting, ours.dead + theirs.dead)

    def dead(self, limit: int) -> list[DeadLetter]:
        found = [*self._primary.dead(limit), *self._substitute.dead(limit)]
        return sorted(found, key=lambda letter: letter.died, reverse=True)[:limit]

    def payload(self, message_id: str) -> str | None:
        kept = self._substitute.payload(message_id)
        return self._primary.payload(message_id) if kept is None else kept

    def retry(self, ids: Sequence[str] | None) -> int:
        return self._substitute.retry(ids) + self._primary.retry(ids)

    def delete(self, ids: Sequence[str] | None) -> int:
        return self._substitute.delete(ids) + self._primary.delete(ids)

    def _keep(self, message: Message, error: Unavailable) -> None:
        """Keeps what the primary did not take; by its code, the error may leave open whether it has taken it."""
        unconfirmed = error.code == UNCONFIRMED
        try:
            self._substitute.send(replace(message, resent=message.resent or unconfirmed))
        except ZatoError as failure:
            code = UNCONFIRMED if unconfirmed else failure.code
            raise Unavailable(f"{error.message} {failure.message}", code=code) from failure

    def _hand_over_until(self, stop: threading.Event) -> None:
        said: set[type[Exception]] = set()
        while not stop.is_set():
            handed = 0
            try:
                handed = self.hand_over()
            except Exception as error:  # noqa: BLE001 - the outermost loop of a thread: nobody else would hand over in its place
                if type(error) not in said:
                    _say(error)
                said.add(type(error))
            else:
                if said:
                    _log.info("Messages are handed over again")
                said.clear()
            if handed < _BATCH:
                stop.wait(self._every_seconds)

    def _note(self, error: Unavailable | None) -> None:
        if error is not None and not self._away:
            _log.warning("Messages are kept in the ODB: the broker is away", reason=error.message)
        elif error is None and self._away:
            _log.info("Messages go to the broker again")
        self._away = error is not None


def _say(error: Exception) -> None:
    """Logs it. To be called where the error was caught."""
    if isinstance(error, ZatoError):
        _log.error("Messages are not handed over; trying again", reason=error.message)
    else:
        _log.exception("Messages are not handed over; trying again")


def _not_now(claims: Sequence[Claim], now: datetime, error: Unavailable) -> list[Settlement]:
    """The first one has met the error, and the primary may have it all the same; the others were not sent."""
    first, *others = claims
    return [
        Later(first, now, error.message, counted=error.code == UNCONFIRMED),
        *(Later(claim, now, error.message, counted=False) for claim in others),
    ]
