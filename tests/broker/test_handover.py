"""What happens to messages while a broker is away."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import cast

import pytest
from sqlalchemy import Connection
from structlog.testing import capture_logs

from support.brokers import Consumer, consuming, new_message
from support.set_clock import SetClock
from support.waiting import until
from zato.broker.delivery import Counts, Delivery
from zato.broker.embedded import EmbeddedInvocations
from zato.broker.handover import WithHandover
from zato.broker.protocol import UNCONFIRMED, Handle
from zato.core.clock import SystemClock
from zato.core.errors import SetupError, Unavailable, ZatoError
from zato.core.message import DeadLetter, Message
from zato.odb.database import Database
from zato.odb.messages import Messages


class Primary:
    """A broker in memory that can be away, or take messages without confirming them."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.failure: str | None = None
        self.fails_from = 0
        self.breaks_at: int | None = None

    def send(self, message: Message) -> None:
        if len(self.messages) == self.breaks_at:
            raise RuntimeError("broken")
        if self.failure is None or len(self.messages) < self.fails_from:
            self.messages.append(message)
            return
        if self.failure == UNCONFIRMED:
            self.messages.append(message)
        raise Unavailable("The broker is away.", code=self.failure)

    def consume(self, handle: Handle, stop: threading.Event, *, prefetch: int) -> None:
        while not stop.wait(0.01):
            while self.messages:
                message = self.messages.pop()
                handle(Delivery(message=message, redelivered=message.resent, attempt=1))

    def counts(self) -> Counts:
        return Counts(len(self.messages), 1)

    def dead(self, limit: int) -> list[DeadLetter]:
        return []

    def payload(self, message_id: str) -> str | None:
        return None

    def retry(self, ids: Sequence[str] | None) -> int:
        return 0

    def delete(self, ids: Sequence[str] | None) -> int:
        return 0


@pytest.fixture
def primary() -> Primary:
    return Primary()


@pytest.fixture
def broker(primary: Primary, sqlite_odb: Database) -> WithHandover:
    clock = SystemClock()
    letters = EmbeddedInvocations(sqlite_odb, clock)
    lease = timedelta(milliseconds=300)
    return WithHandover(primary, Messages(sqlite_odb), letters, clock, every_seconds=0.02, lease=lease)


def test_while_the_broker_is_there_nothing_is_in_the_odb(broker: WithHandover, primary: Primary) -> None:
    message = new_message()
    broker.send(message)
    assert primary.messages == [message]
    assert broker.hand_over() == 0
    assert broker.counts() == Counts(waiting=1, dead=1)


def test_what_is_sent_while_the_broker_is_away_is_delivered_once_it_is_back(
    broker: WithHandover, primary: Primary
) -> None:
    messages = [new_message() for _ in range(3)]
    primary.failure = "broker-away"
    consumer = Consumer()
    with consuming(broker, consumer):
        for message in messages:
            broker.send(message)
        assert broker.counts().waiting == 3
        primary.failure = None
        until(lambda: len(consumer.got) == 3)
        until(lambda: broker.counts().waiting == 0)
    assert sorted(consumer.ids) == sorted(message.id for message in messages)
    assert not any(delivery.redelivered for delivery in consumer.got)


def test_what_the_broker_may_have_taken_is_marked_when_it_is_sent_again(broker: WithHandover, primary: Primary) -> None:
    message = new_message()
    primary.failure = UNCONFIRMED
    broker.send(message)
    assert broker.hand_over() == 0
    primary.failure = None
    assert broker.hand_over() == 1
    assert [each.resent for each in primary.messages] == [False, True, True]
    assert {each.id for each in primary.messages} == {message.id}


def test_what_a_crash_in_the_middle_leaves_is_handed_over_by_another_and_marked(
    broker: WithHandover, primary: Primary, sqlite_odb: Database
) -> None:
    primary.failure = "broker-away"
    message = new_message()
    broker.send(message)
    primary.failure = None

    class Dying(Messages):
        def settle(self, settlements: object) -> list[object]:  # type: ignore[override]
            raise SystemExit

    clock = SetClock()
    letters = EmbeddedInvocations(sqlite_odb, clock)
    dying, other = (
        WithHandover(primary, messages, letters, clock, lease=timedelta(seconds=30))
        for messages in (Dying(sqlite_odb), Messages(sqlite_odb))
    )
    clock.advance(1)  # the message is due
    with pytest.raises(SystemExit):
        dying.hand_over()
    clock.advance(29)
    assert other.hand_over() == 0
    clock.advance(2)
    assert other.hand_over() == 1
    assert [(each.id, each.resent) for each in primary.messages] == [(message.id, False), (message.id, True)]


def test_a_broker_that_goes_away_in_the_middle_gets_the_rest_later(broker: WithHandover, primary: Primary) -> None:
    primary.failure = "broker-away"
    for _ in range(4):
        broker.send(new_message())
    primary.fails_from = 2
    assert broker.hand_over() == 2
    primary.failure = None
    assert broker.hand_over() == 2
    assert broker.hand_over() == 0
    assert not any(message.resent for message in primary.messages)


def test_whatever_the_odb_fails_with_is_said_once_and_messages_are_handed_over_when_it_is_over(
    primary: Primary, sqlite_odb: Database
) -> None:
    clock = SystemClock()
    failures = [
        *[Unavailable("The ODB is away.")] * 3,
        *[ZatoError("The ODB did not accept a statement: read-only transaction.", code="odb-error")] * 3,
        *[SetupError("The ODB has no tables.")] * 3,
        *[RuntimeError("broken")] * 3,
    ]

    class Failing(Messages):
        def next_due(self) -> datetime | None:
            if failures:
                raise failures.pop(0)
            return super().next_due()

    kept = EmbeddedInvocations(sqlite_odb, clock)
    broker = WithHandover(primary, Failing(sqlite_odb), kept, clock, every_seconds=0.01)
    primary.failure = "broker-away"
    broker.send(new_message())
    primary.failure = None
    consumer = Consumer()
    with capture_logs() as lines, consuming(broker, consumer):
        until(lambda: len(consumer.got) == 1)
    said = [line for line in lines if "handed over" in line["event"]]
    assert [(line["log_level"], line.get("reason")) for line in said] == [
        ("error", "The ODB is away."),
        ("error", "The ODB did not accept a statement: read-only transaction."),
        ("error", "The ODB has no tables."),
        ("error", None),  # with a traceback
        ("info", None),
    ]


def test_what_was_handed_over_before_something_unexpected_is_not_handed_over_again(
    broker: WithHandover, primary: Primary
) -> None:
    primary.failure = "broker-away"
    for _ in range(3):
        broker.send(new_message())
    primary.failure, primary.breaks_at = None, 2
    with pytest.raises(RuntimeError):
        broker.hand_over()
    primary.breaks_at = None
    until(lambda: broker.hand_over() == 1)
    assert len(primary.messages) == len({message.id for message in primary.messages}) == 3


class FailingDatabase:
    """Refuses everything with the same error."""

    label = "tests"

    def __init__(self, failure: ZatoError) -> None:
        self._failure = failure

    @contextmanager
    def read(self) -> Iterator[Connection]:
        raise self._failure
        yield

    write = read


@pytest.mark.parametrize(
    ("code", "failure", "expected"),
    [
        ("broker-away", Unavailable("The ODB is away.", code="odb-unavailable"), UNCONFIRMED),  # it may have committed
        ("broker-away", ZatoError("The ODB is read-only.", code="odb-error"), "odb-error"),
        (UNCONFIRMED, Unavailable("The ODB is away.", code="odb-unavailable"), UNCONFIRMED),
        (UNCONFIRMED, ZatoError("The ODB is read-only.", code="odb-error"), UNCONFIRMED),
    ],
)
def test_with_both_away_sending_is_refused_and_says_whether_it_may_be_delivered_all_the_same(
    primary: Primary, code: str, failure: ZatoError, expected: str
) -> None:
    primary.failure = code
    clock = SystemClock()
    odb = cast(Database, FailingDatabase(failure))
    broker = WithHandover(primary, Messages(odb), EmbeddedInvocations(odb, clock), clock)
    with pytest.raises(Unavailable) as caught:
        broker.send(new_message())
    assert caught.value.code == expected
    assert caught.value.message.startswith("The broker is away. ")
    assert failure.message in caught.value.message
