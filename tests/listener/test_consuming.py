"""The listener's loop and its requests to the server."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.brokers import new_message
from support.waiting import until
from zato.broker.message import Delivery, Message, Outcome, Result
from zato.broker.protocol import Handle
from zato.core.clock import SystemClock
from zato.core.errors import TimeLimitExceeded, Unavailable
from zato.host.watchdog import Watchdog
from zato.listener.consuming import PREFETCH, Consuming
from zato.listener.door import NO_ANSWER, NOT_BEGUN, Reply, ServerDoor

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


class Door:
    def __init__(self) -> None:
        self.open = True
        self.held = False
        self.answer: Callable[[], Reply] = lambda: Reply(204)

    def takes_requests(self) -> bool:
        return self.open

    def invoke(self, delivery: Delivery) -> Reply:
        return self.answer()


@contextmanager
def listening(broker: Broker, door: Door) -> Iterator[threading.Thread]:
    stop = threading.Event()
    watchdog = Watchdog(SystemClock(), lambda text: None)
    thread = threading.Thread(
        target=Consuming(broker, door, watchdog, lambda: door.held, every_seconds=0.01).run, args=(stop,)
    )
    thread.start()
    try:
        yield thread
    finally:
        stop.set()
        if not broker.busy.is_set():
            thread.join(10)
            assert not thread.is_alive()


def test_nothing_is_consumed_while_the_server_takes_no_requests() -> None:
    broker, door = Broker(), Door()
    door.open = False
    with listening(broker, door):
        threading.Event().wait(0.05)
        assert broker.handle is None
        door.open = True
        until(lambda: broker.handle is not None)
        assert broker.prefetch == PREFETCH
        door.open = False
        until(lambda: broker.handle is None)
        door.open = True
        until(lambda: broker.handle is not None)
        door.held = True
        until(lambda: broker.handle is None)
        door.held = False
        until(lambda: broker.handle is not None)
    assert broker.handle is None


def test_it_ends_when_what_is_under_way_is_done() -> None:
    broker = Broker()
    broker.busy.set()
    with listening(broker, Door()) as thread:
        until(lambda: broker.handle is not None)
    thread.join(0.1)
    assert thread.is_alive()
    broker.busy.clear()
    thread.join(10)
    assert not thread.is_alive()


def test_what_takes_long_keeps_nothing_from_being_consumed_when_the_server_is_back() -> None:
    broker, door = Broker(), Door()
    broker.busy.set()
    with listening(broker, door) as thread:
        until(lambda: broker.consumers == 1)
        door.open = False
        threading.Event().wait(0.05)
        door.open = True
        until(lambda: broker.consumers == 2)
    broker.busy.clear()
    thread.join(10)
    assert not thread.is_alive()


def test_it_goes_on_after_a_consumer_that_has_failed() -> None:
    broker = Broker()
    broker.failures = [RuntimeError("broken"), Unavailable("away")]
    with listening(broker, Door()):
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
    broker, door = Broker(), Door()

    def fail() -> Reply:
        raise failure

    door.answer = fail
    with listening(broker, door):
        until(lambda: broker.handle is not None)
        assert broker.handle is not None
        assert broker.handle(DELIVERY) == Result(outcome, str(failure))


def test_a_server_that_is_not_there_has_not_begun(tmp_path: Path) -> None:
    door = ServerDoor(tmp_path / "http.sock")
    assert not door.takes_requests()
    with pytest.raises(Unavailable) as caught:
        door.invoke(DELIVERY)
    assert caught.value.code == NOT_BEGUN


def test_a_server_that_ends_in_the_middle_may_have_begun(tmp_path: Path) -> None:
    path = tmp_path / "http.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()

        def end_each() -> None:
            connection, _ = listener.accept()
            connection.recv(10)
            connection.close()

        threading.Thread(target=end_each, daemon=True).start()
        with pytest.raises(Unavailable) as caught:
            ServerDoor(path).invoke(DELIVERY)
        assert caught.value.code == NO_ANSWER
        with pytest.raises(TimeLimitExceeded):
            ServerDoor(path, invocation_seconds=0.05).invoke(DELIVERY)


def test_messages_whose_process_ended_are_tried_again_one_at_a_time() -> None:
    broker, door = Broker(), Door()
    together, most, lock = 0, 0, threading.Lock()

    def answer() -> Reply:
        nonlocal together, most
        with lock:
            together += 1
            most = max(most, together)
        threading.Event().wait(0.02)
        with lock:
            together -= 1
        return Reply(204)

    door.answer = answer
    with listening(broker, door):
        until(lambda: broker.handle is not None)
        assert broker.handle is not None
        suspect = Delivery(message=new_message(), redelivered=True, attempt=2, ended=True)
        threads = [threading.Thread(target=broker.handle, args=(suspect,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
    assert most == 1
