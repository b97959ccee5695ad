"""Brokers as tests need them: with quick retries, and in words that another process can be given.

Run as a program it is a consumer that can be killed: `python -m support.brokers KIND URL CA PREFETCH` prints the id of
each message that it has been given, and never finishes one.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from support.databases import DatabaseAddress
from support.rabbitmq import QUICK
from zato.amqp.identity import TlsIdentity
from zato.broker.delivery import Counts, Delivery, Outcome, Result
from zato.broker.embedded import EmbeddedInvocations
from zato.broker.protocol import Handle
from zato.broker.rabbitmq.broker import RabbitMqBroker
from zato.core.clock import SystemClock
from zato.core.message import DeadLetter, Message
from zato.core.origin import Asker
from zato.pki.names import server_name

LEASE = timedelta(seconds=1)
"""Of a consumer's hold on a message: work in the tests takes longer, and what a killed one had is back after it."""
_RETRYING = QUICK


class Broker(Protocol):
    """A protocol.Invocations that is a protocol.DeadLetters too."""

    def send(self, message: Message) -> None: ...

    def consume(self, handle: Handle, stop: threading.Event, *, prefetch: int) -> None: ...

    def counts(self) -> Counts: ...

    def dead(self, limit: int) -> list[DeadLetter]: ...

    def payload(self, message_id: str) -> str | None: ...

    def retry(self, ids: Sequence[str] | None) -> int: ...

    def delete(self, ids: Sequence[str] | None) -> int: ...


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """Where a broker is. `open` gives an object with connections of its own: another one is another process."""

    kind: str
    url: str
    ca: Path | None = None
    """The CA's certificate; of a RabbitMQ, the directory that has server 1's, too."""
    opened: list[RabbitMqBroker] = field(default_factory=list)
    """To be stopped."""

    def open(self, lease: timedelta = LEASE) -> Broker:
        match self.kind:
            case "embedded":
                database = DatabaseAddress(self.url, self.ca).open()
                return EmbeddedInvocations(database, SystemClock(), lease=lease, retrying=_RETRYING)
            case "rabbitmq" if self.ca is not None:
                pair = self.ca / f"{server_name(1)}.crt"
                identity = TlsIdentity(self.ca / "ca.crt", pair, pair.with_suffix(".key"))
                broker = RabbitMqBroker(self.url, identity, f"tests/{uuid4().hex[:8]}", retrying=_RETRYING)
                broker.start()
                self.opened.append(broker)
                return broker
            case kind:
                raise ValueError(f"There is no broker {kind!r}.")


def new_message(
    payload: str = '{"n": 1}', *, resent: bool = False, origin: Asker = Asker.MESSAGE, origin_name: str = "shop.sells"
) -> Message:
    """A message to a service, with an id of its own."""
    number = uuid4().hex
    return Message(
        id=number,
        service="orders.place",
        payload=payload,
        cid=f"cid-{number}",
        sent=datetime.now(UTC),
        principal="shop",
        resent=resent,
        origin=origin,
        origin_name=origin_name,
    )


@dataclass
class Consumer:
    """What a consumer was given, in order; `most` is how many deliveries it had at the same time."""

    results: dict[int, Result] = field(default_factory=dict)
    """By attempt; what is not there is done."""
    seconds: float = 0.0
    got: list[Delivery] = field(default_factory=list)
    most: int = 0
    _now: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    begun: threading.Event = field(default_factory=threading.Event)
    proceed: threading.Event = field(default_factory=threading.Event)
    waits: bool = False
    """For `proceed`, before it answers."""

    def handle(self, delivery: Delivery) -> Result:
        with self._lock:
            self.got.append(delivery)
            self._now += 1
            self.most = max(self.most, self._now)
        self.begun.set()
        if self.waits:
            assert self.proceed.wait(30)
        threading.Event().wait(self.seconds)
        with self._lock:
            self._now -= 1
        return self.results.get(delivery.attempt, Result(Outcome.DONE))

    @property
    def ids(self) -> list[str]:
        with self._lock:
            return [delivery.message.id for delivery in self.got]


@contextmanager
def consuming(broker: Broker, consumer: Consumer, *, prefetch: int = 4) -> Iterator[None]:
    """It consumes within the block, and has finished after it."""
    stop = threading.Event()
    thread = threading.Thread(target=broker.consume, args=(consumer.handle, stop), kwargs={"prefetch": prefetch})
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(30)
        assert not thread.is_alive()


@contextmanager
def doomed_consumer(address: BrokerAddress, *, prefetch: int) -> Iterator[subprocess.Popen[str]]:
    """A process that takes messages and prints their ids; it is killed at the end of the block at the latest."""
    command = [sys.executable, "-m", "support.brokers", address.kind, address.url, str(address.ca or ""), str(prefetch)]
    process = subprocess.Popen(command, cwd=Path(__file__).parents[1], stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _main(kind: str, url: str, ca: str, prefetch: str) -> None:
    def handle(delivery: Delivery) -> Result:
        sys.stdout.write(f"{delivery.message.id}\n")  # in one piece: several threads write
        sys.stdout.flush()
        threading.Event().wait()
        raise AssertionError

    broker = BrokerAddress(kind, url, Path(ca) if ca else None).open()
    broker.consume(handle, threading.Event(), prefetch=int(prefetch))


if __name__ == "__main__":
    _main(*sys.argv[1:])
