"""One consumer of the messages that the ODB keeps: claims them, has them handled, and settles the claims."""

from __future__ import annotations

import queue
import threading
from datetime import datetime, timedelta
from typing import Protocol

from zato.broker.delivery import ENDED, Delivery, Outcome, Result
from zato.broker.protocol import Handle
from zato.broker.retrying import Retrying
from zato.core.backoff import Backoff
from zato.core.clock import Clock
from zato.core.errors import Unavailable
from zato.core.standstill import Standstill
from zato.host.logs import get_logger
from zato.odb.claims import Dead, Done, Later
from zato.odb.messages import Claim, Messages, Settlement

_INTERVAL_SECONDS = 0.05
# While nothing is under way: a new message ends this wait, and one that is due again as well. `stop` need not
_NOTHING_UNDER_WAY_SECONDS = 0.45
_AWAY = Backoff(0.1, 1.0)
# Every turn, a busy ODB included
_STILL_SECONDS = 5.0
# All others that stood still have extended their claims by then
_HOLD_OFF_SECONDS = 2.0
_log = get_logger("zato.broker")


class Notifier(Protocol):
    """Says whether looking into the ODB is worth it; zato.odb.change_notifier.ChangeNotifier is one."""

    interval_seconds: float

    def changed(self) -> bool:
        """A cheap hint; it may say yes in vain."""
        ...

    def wait(self, stop: threading.Event, seconds: float) -> None:
        """Returns when it is notified, when `stop` is set, or after so many seconds.

        Where nothing notifies it, it returns once it is worth asking again.
        """
        ...


class Claiming:
    """Only the thread that calls `run` uses the ODB; each delivery has a thread of its own."""

    def __init__(
        self,
        messages: Messages,
        notifier: Notifier,
        clock: Clock,
        handle: Handle,
        *,
        owner: str | None,
        heir: bool,
        prefetch: int,
        lease: timedelta,
        retrying: Retrying,
    ) -> None:
        """`heir`: whoever had the name of `owner` before has ended."""
        self._messages = messages
        self._notifier = notifier
        self._clock = clock
        self._handle = handle
        self._owner = owner
        self._heir = heir
        self._prefetch = prefetch
        self._lease = lease
        self._retrying = retrying
        self._interval = max(_INTERVAL_SECONDS, notifier.interval_seconds)
        self._wake = threading.Event()
        self._finished: queue.SimpleQueue[tuple[Claim, Result]] = queue.SimpleQueue()
        # One message may be there twice, where a claim has expired
        self._under_way: dict[tuple[str, int], Claim] = {}
        self._unsettled: list[tuple[Claim, Result]] = []
        # By the clock that nobody sets: the other one may be put back, or forward
        self._extend_at = clock.monotonic() + lease.total_seconds() / 3
        self._due: datetime | None = None
        self._owed = True
        self._standstill = Standstill(_STILL_SECONDS, clock.monotonic)
        self._claim_from = 0.0

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set and what is under way is done. Goes on where the ODB was away."""
        pause = self._interval
        away = 0
        while True:
            stopping = stop.is_set()
            try:
                self._turn(stopping)
            except Unavailable as error:
                if not away:
                    _log.warning("Messages are neither claimed nor settled: the ODB is away", reason=error.message)
                away += 1
                pause = max(self._interval, _AWAY.pause_after(away))
            else:
                if away:
                    _log.info("Messages are claimed again: the ODB is back")
                away, pause = 0, self._interval
            # With the ODB away nothing can be settled: what was done is delivered again then
            if stopping and (not self._under_way or (away and len(self._unsettled) == len(self._under_way))):
                return
            if self._under_way:
                self._wake.wait(pause)
                self._wake.clear()
            else:
                self._notifier.wait(stop, max(pause, self._seconds_until_due()))

    def _seconds_until_due(self) -> float:
        """Until a message that is to be delivered again is due, as far as that is known, and not longer than usual."""
        if self._due is None:
            return _NOTHING_UNDER_WAY_SECONDS
        return min((self._due - self._clock.now()).total_seconds(), _NOTHING_UNDER_WAY_SECONDS)

    def _turn(self, stopping: bool) -> None:
        still = bool(self._standstill.turn())
        self._settle()
        now, steady = self._clock.now(), self._clock.monotonic()
        if still:
            # What is under way here is kept first, and what others have under way is left to them, who stood still too
            self._extend_at, self._claim_from = steady, steady + _HOLD_OFF_SECONDS
        if self._heir and self._owner is not None:
            self._messages.release(self._owner, now)
            self._heir = False
        if steady >= self._extend_at:
            self._warn_of(self._messages.extend(list(self._under_way.values()), now + self._lease))
            self._extend_at = steady + self._lease.total_seconds() / 3
        if not stopping and steady >= self._claim_from and len(self._under_way) < self._prefetch:
            self._claim(now)

    def _settle(self) -> None:
        while not self._finished.empty():
            self._unsettled.append(self._finished.get())
        if not self._unsettled:
            return
        now = self._clock.now()
        steps = [settlement(claim, result, now, self._retrying) for claim, result in self._unsettled]
        lost = self._messages.settle(steps)
        self._warn_of(lost)
        for step in steps:
            if isinstance(step, Dead) and step.claim not in lost:
                message = step.claim.message
                _log.error(
                    "A message became a dead letter",
                    message=message.id,
                    service=message.service,
                    attempts=step.claim.attempt,
                    reason=step.reason,
                    origin=message.origin.value,
                    cid=message.cid,
                )
        for claim, _ in self._unsettled:
            del self._under_way[claim.message.id, claim.fence]
        self._unsettled.clear()
        self._owed = True

    def _claim(self, now: datetime) -> None:
        # What the notifier said before a failure, or while there was no room, is still owed
        self._owed = self._notifier.changed() or self._owed
        if not self._owed and (self._due is None or now < self._due):
            return
        # A look at the index first: a claim takes SQLite's only write lock
        self._due = self._messages.next_due()
        if self._due is not None and self._due <= now:
            room = self._prefetch - len(self._under_way)
            until = now + self._lease
            for claim in self._messages.claim(
                room, now, until, owner=self._owner, attempts_max=self._retrying.deliveries_max
            ):
                self._start(claim)
        self._owed = False

    def _start(self, claim: Claim) -> None:
        self._under_way[claim.message.id, claim.fence] = claim
        name = f"delivery-{claim.message.id}"
        try:
            threading.Thread(target=self._deliver, args=(claim,), name=name, daemon=True).start()
        except (RuntimeError, MemoryError) as error:  # there may be no more threads now
            self._finished.put((claim, Result(Outcome.REQUEUE, f"No thread can be started for it: {error}")))

    def _deliver(self, claim: Claim) -> None:
        message = claim.message
        try:
            ended = claim.reason == ENDED
            result = self._handle(
                Delivery(message=message, redelivered=claim.begun, attempt=claim.attempt, ended=ended)
            )
        except Exception as error:  # noqa: BLE001 - the outermost loop of a thread: the message must not be lost with it
            _log.exception("A delivery could not be handled", message=message.id, cid=message.cid)
            result = Result(Outcome.RETRY, f"It could not be handled: {error!r}")
        self._finished.put((claim, result))
        self._wake.set()

    def _warn_of(self, lost: list[Claim]) -> None:
        for claim in lost:
            _log.warning(
                "A message was delivered to another consumer as well: the claim had expired",
                message=claim.message.id,
                cid=claim.message.cid,
            )


def settlement(claim: Claim, result: Result, now: datetime, retrying: Retrying) -> Settlement:
    """What becomes of a message after a delivery."""
    match result.outcome:
        case Outcome.DONE:
            return Done(claim)
        case Outcome.DEAD_LETTER:
            return Dead(claim, now, result.reason)
        case Outcome.REQUEUE:
            return Later(claim, now + retrying.back_delay, result.reason, counted=False)
        case Outcome.RETRY | Outcome.ENDED:
            reason = ENDED if result.outcome is Outcome.ENDED else result.reason
            delay = retrying.delay_after(claim.attempt)
            return Dead(claim, now, reason) if delay is None else Later(claim, now + delay, reason)
