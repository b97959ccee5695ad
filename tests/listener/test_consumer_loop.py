"""The listener's loop and its requests to the server."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from support.brokers import new_message
from support.waiting import PATIENCE_SECONDS, until
from zato.broker.delivery import Delivery, Outcome, Result
from zato.broker.protocol import Handle
from zato.core.clock import SystemClock
from zato.core.errors import TimeLimitExceeded, Unavailable
from zato.core.message import Message
from zato.host.watchdog import Watchdog
from zato.internal.client import NO_ANSWER, NOT_BEGUN, Invoked
from zato.internal.invocation import Invocation
from zato.listener.consumer_loop import PREFETCH, ConsumerLoop

DELIVERY = Delivery(message=new_message(), redelivered=False, attempt=1)


class Broker:
    """Notes who consumes."""

    def __init__(self) -> None:
        self.handle: Handle | None = None
        self.prefetch = 0
        self.consumers = 0
        self.busy = threading.Event()
        self.failures: list[Exception] = []

    def send(self, message: Message) -> None:
        raise NotImplementedError

    def consume(self, handle: Handle, stop: threading.Event, *, prefetch: int) -> None:
        if self.failures:
            raise self.failures.pop()
        self.consumers += 1
        self.handle, self.prefetch = handle, prefetch
        stop.wait()
        while self.busy.is_set():
            threading.Event().wait(0.01)
        self.handle = None


class Server:
    def __init__(self) -> None:
        self.open = True
        self.held = False
        self.answer: Callable[[], Invoked] = lambda: Invoked(204)

    def takes_requests(self) -> bool:
        return self.open

    def invoke(self, invocation: Invocation) -> Invoked:
        return self.answer()


@contextmanager
def listening(broker: Broker, server: Server, *, every_seconds: float = 0.01) -> Iterator[threading.Thread]:
    stop = threading.Event()
    watchdog = Watchdog(SystemClock(), lambda text: None)
    loop = ConsumerLoop(broker, server, watchdog, lambda: server.held, every_seconds=every_seconds)
    thread = threading.Thread(target=loop.run, args=(stop,))
    thread.start()
    try:
        yield thread
    finally:
        stop.set()
        if not broker.busy.is_set():
            thread.join(PATIENCE_SECONDS)
            assert not thread.is_alive()


def test_nothing_is_consumed_while_the_server_takes_no_requests() -> None:
    broker, server = Broker(), Server()
    server.open = False
    with listening(broker, server):
        threading.Event().wait(0.05)
        assert broker.handle is None
        server.open = True
        until(lambda: broker.handle is not None)
        assert broker.prefetch == PREFETCH
        server.open = False
        until(lambda: broker.handle is None)
        server.open = True
        until(lambda: broker.handle is not None)
        server.held = True
        until(lambda: broker.handle is None)
        server.held = False
        until(lambda: broker.handle is not None)
    assert broker.handle is None


def test_none_begins_once_they_are_held_however_seldom_the_loop_looks() -> None:
    broker, server = Broker(), Server()
    with listening(broker, server, every_seconds=5.0):
        until(lambda: broker.handle is not None)
        assert broker.handle is not None
        handle, server.held = broker.handle, True
        assert handle(DELIVERY).outcome is Outcome.REQUEUE
        until(lambda: broker.handle is None, seconds=2.0)


def test_it_ends_when_what_is_under_way_is_done() -> None:
    broker = Broker()
    broker.busy.set()
    with listening(broker, Server()) as thread:
        until(lambda: broker.handle is not None)
    thread.join(0.1)
    assert thread.is_alive()
    broker.busy.clear()
    thread.join(PATIENCE_SECONDS)
    assert not thread.is_alive()


def test_what_takes_long_keeps_nothing_from_being_consumed_when_the_server_is_back() -> None:
    broker, server = Broker(), Server()
    broker.busy.set()
    with listening(broker, server) as thread:
        until(lambda: broker.consumers == 1)
        server.open = False
        threading.Event().wait(0.05)
        server.open = True
        until(lambda: broker.consumers == 2)
    broker.busy.clear()
    thread.join(PATIENCE_SECONDS)
    assert not thread.is_alive()


def test_it_goes_on_after_a_consumer_that_has_failed() -> None:
    broker = Broker()
    broker.failures = [RuntimeError("broken"), Unavailable("away")]
    with listening(broker, Server()):
        until(lambda: broker.handle is not None)


@pytest.mark.parametrize(
    ("failure", "outcome"),
    [
        (Unavailable("Nobody is there.", code=NOT_BEGUN), Outcome.REQUEUE),
        (Unavailable("It broke off.", code=NO_ANSWER), Outcome.ENDED),
        (TimeLimitExceeded("Nobody says anything."), Outcome.RETRY),
    ],
)
def test_what_the_server_did_not_answer_was_not_begun_or_is_tried_again(failure: Exception, outcome: Outcome) -> None:
    broker, server = Broker(), Server()

    def fail() -> Invoked:
        raise failure

    server.answer = fail
    with listening(broker, server):
        until(lambda: broker.handle is not None)
        assert broker.handle is not None
        assert broker.handle(DELIVERY) == Result(outcome, str(failure))


def test_messages_whose_process_ended_are_tried_again_one_at_a_time() -> None:
    broker, server = Broker(), Server()
    together, most, lock = 0, 0, threading.Lock()

    def answer() -> Invoked:
        nonlocal together, most
        with lock:
            together += 1
            most = max(most, together)
        threading.Event().wait(0.02)
        with lock:
            together -= 1
        return Invoked(204)

    server.answer = answer
    with listening(broker, server):
        until(lambda: broker.handle is not None)
        assert broker.handle is not None
        suspect = Delivery(message=new_message(), redelivered=True, attempt=2, ended=True)
        threads = [threading.Thread(target=broker.handle, args=(suspect,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE_SECONDS)
    assert most == 1
