"""The listener's loop: it consumes messages while the server beside it takes requests."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import nullcontext
from typing import Protocol

from zato.broker.delivery import Delivery, Outcome, Result
from zato.broker.protocol import Invocations
from zato.core.errors import TimeLimitExceeded, Unavailable, ZatoError
from zato.core.origin import Asker, Origin
from zato.host.logs import correlate, get_logger
from zato.host.ongoing import Ongoing
from zato.host.watchdog import Watchdog
from zato.internal.client import Invoked
from zato.internal.invocation import Invocation
from zato.listener.verdict import verdict, verdict_without_reply

PREFETCH = 16
"""How many messages one listener has under way at the same time."""
_EVERY_SECONDS = 0.5
# While messages are taken: that a server has gone shows in what it answers, too
_TAKING_PARTS = 4
_log = get_logger("zato.listener")


class Server(Protocol):
    """internal.client.InternalClient is one."""

    def takes_requests(self) -> bool: ...

    def invoke(self, invocation: Invocation) -> Invoked: ...


class ConsumerLoop:
    """Takes messages and has the server run their services. While the server is away or drains it takes none, so that
    other servers' listeners get them.
    """

    def __init__(
        self,
        invocations: Invocations,
        server: Server,
        watchdog: Watchdog,
        held: Callable[[], bool],
        *,
        every_seconds: float = _EVERY_SECONDS,
    ) -> None:
        """`held` says whether messages are to wait, whoever keeps them. It is asked before each one begins."""
        self._invocations = invocations
        self._server = server
        self._watchdog = watchdog
        self._held = held
        self._every_seconds = every_seconds
        self._pause = threading.Event()
        self._thread: threading.Thread | None = None
        self._finishing: list[threading.Thread] = []
        self._suspects = threading.Lock()
        self._taking = Ongoing(
            _log, "Messages cannot be taken; trying again", "Messages are taken again", level="error"
        )

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set, and what is under way is done."""
        while not stop.is_set():
            self._watchdog.turn()
            self._step(wanted=self._server.takes_requests() and not self._held())
            stop.wait(self._every_seconds * (1 if self._thread is None else _TAKING_PARTS))
        self._step(wanted=False)
        while self._finishing:
            self._watchdog.turn()
            self._finishing[0].join(self._every_seconds)
            self._finishing = [thread for thread in self._finishing if thread.is_alive()]

    def _step(self, *, wanted: bool) -> None:
        """Starts consuming, or has it end with what is under way, which may take long: the next does not wait."""
        self._finishing = [thread for thread in self._finishing if thread.is_alive()]
        if self._thread is not None and not self._thread.is_alive():
            self._thread = None
        if wanted and self._thread is not None:
            self._taking.went_well()
        if wanted and self._thread is None:
            if not self._taking.ongoing:
                _log.info("Messages are taken")
            self._pause = threading.Event()
            self._thread = threading.Thread(target=self._consume, args=(self._pause,), name="consumer", daemon=True)
            self._thread.start()
        elif not wanted and self._thread is not None:
            _log.info("No messages are taken: the server takes no requests, they are held, or this process ends")
            self._pause.set()
            self._finishing.append(self._thread)
            self._thread = None

    def _consume(self, pause: threading.Event) -> None:
        try:
            self._invocations.consume(self._handle, pause, prefetch=PREFETCH)
        except ZatoError as error:
            self._taking.failed(error.message)
        except Exception:  # noqa: BLE001 - the outermost loop of a thread: the next round starts another one
            _log.exception("Messages cannot be taken; trying again")

    def _handle(self, delivery: Delivery) -> Result:
        message = delivery.message
        correlate(message.cid)
        if self._held():  # since the loop looked last: whoever has them held is told that none begins any more
            self._pause.set()
            return Result(Outcome.REQUEUE, "Messages are held.")
        try:
            # Of several messages whose process ended, one may be the cause: they do not meet in one again
            with self._suspects if delivery.ended else nullcontext():
                result = verdict(self._server.invoke(invocation_of(delivery)), delivery.attempt)
        except Unavailable as error:
            result = verdict_without_reply(error, delivery)
        except TimeLimitExceeded as error:
            result = Result(Outcome.RETRY, error.message)
        if result.outcome in {Outcome.RETRY, Outcome.ENDED, Outcome.DEAD_LETTER}:
            _log.warning(
                "A message was not processed",
                message=message.id,
                service=message.service,
                attempt=delivery.attempt,
                outcome=result.outcome.value,
                reason=result.reason,
            )
        return result


def invocation_of(delivery: Delivery) -> Invocation:
    """What the server is asked for."""
    message = delivery.message
    return Invocation(
        Origin(Asker.MESSAGE, message.id, delivery.redelivered, delivery.attempt),
        service=message.service,
        payload=message.payload.encode(),
        cid=message.cid,
        principal=message.principal,
    )
