"""What a consumer of the ODB's messages decides with each look, played out with a clock that is set, without an ODB."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from support.set_clock import SetClock
from support.threads import no_more_threads
from support.waiting import PATIENCE_SECONDS, until
from zato.broker.claiming import Claiming, settlement
from zato.broker.delivery import ENDED, Delivery, Outcome, Result
from zato.broker.retrying import Retrying
from zato.core.errors import Unavailable
from zato.core.message import Message
from zato.odb.claims import Dead, Done, Later
from zato.odb.messages import Claim, Settlement

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
LEASE = timedelta(seconds=30)
RETRYING = Retrying(deliveries_max=3, first_delay=timedelta(seconds=1))


def claim_of(name: str, *, attempt: int = 1, begun: bool = False, reason: str | None = None) -> Claim:
    message = Message(id=name, service="s", payload="", cid="c", sent=NOW)
    return Claim((name,), 1, attempt, begun, reason, message)


class Kept:
    """In place of the ODB: notes what it is asked, and hands out what `waits` for whoever claims."""

    def __init__(self, *waits: Claim) -> None:
        self.waits = list(waits)
        self.asked: list[str] = []
        self.settled: list[Settlement] = []
        self.lost: list[Claim] = []
        self.away = False
        self.due: datetime | None = None

    def _ask(self, what: str) -> None:
        if self.away:
            raise Unavailable("The ODB is away.")
        self.asked.append(what)

    def next_due(self) -> datetime | None:
        self._ask("next_due")
        return NOW - timedelta(days=9999) if self.waits else self.due

    def claim(self, limit: int, now: datetime, until: datetime, **_: Any) -> list[Claim]:
        self._ask(f"claim {limit}")
        found, self.waits = self.waits[:limit], self.waits[limit:]
        return found

    def release(self, owner: str, now: datetime) -> int:
        self._ask(f"release {owner}")
        return 1

    def extend(self, claims: Sequence[Claim], until: datetime) -> list[Claim]:
        self._ask(f"extend {len(claims)}")
        return []

    def settle(self, settlements: Sequence[Settlement]) -> list[Claim]:
        self._ask(f"settle {len(settlements)}")
        self.settled += settlements
        return [step.claim for step in settlements if step.claim in self.lost]


class Notifier:
    """Says once for each `news` that there is something new."""

    interval_seconds = 0.0

    def __init__(self) -> None:
        self.news = 0
        self.waits: list[float] = []

    def changed(self) -> bool:
        self.news, said = max(0, self.news - 1), self.news
        return said > 0

    def wait(self, stop: threading.Event, seconds: float) -> None:
        """Comes back at once: the clock is what time goes by. Once is enough."""
        self.waits.append(seconds)
        stop.set()


class Consumer:
    """One, turned by hand; `handle` says what comes of each delivery as soon as it is `let_go`."""

    def __init__(self, kept: Kept, *, prefetch: int = 2, heir: bool = False, result: Result | Exception | None = None):
        self.kept, self.clock, self.notifier = kept, SetClock(), Notifier()
        self.result = result or Result(Outcome.DONE)
        self.let_go = threading.Event()
        self.delivered: list[Delivery] = []
        self.claiming = Claiming(
            cast(Any, kept), self.notifier, self.clock, self._handle,
            owner="listener-1", heir=heir, prefetch=prefetch, lease=LEASE, retrying=RETRYING,
        )  # fmt: skip

    def _handle(self, delivery: Delivery) -> Result:
        self.delivered.append(delivery)
        assert self.let_go.wait(PATIENCE_SECONDS)
        if isinstance(self.result, Exception):
            raise self.result
        return self.result

    def turn(self, seconds: float = 0.0, *, stopping: bool = False) -> list[str]:
        """What the ODB is asked in the next turn, so many seconds later."""
        self.clock.advance(timedelta(seconds=seconds))
        self.kept.asked.clear()
        self.claiming._turn(stopping)
        return list(self.kept.asked)

    def finish(self) -> None:
        """Everything that was delivered is handled."""
        self.let_go.set()
        until(lambda: self.claiming._finished.qsize() == len(self.claiming._under_way))


@pytest.mark.parametrize(
    ("outcome", "attempt", "expected"),
    [
        (Outcome.DONE, 1, Done),
        (Outcome.DEAD_LETTER, 1, Dead),
        (Outcome.REQUEUE, 9, Later),
        (Outcome.RETRY, 2, Later),
        (Outcome.RETRY, 3, Dead),
        (Outcome.ENDED, 2, Later),
        (Outcome.ENDED, 3, Dead),
    ],
)
def test_what_becomes_of_a_message_follows_from_the_outcome_and_the_attempts(
    outcome: Outcome, attempt: int, expected: type[Settlement]
) -> None:
    assert type(settlement(claim_of("a", attempt=attempt), Result(outcome, "It broke."), NOW, RETRYING)) is expected


def test_what_was_not_begun_is_no_attempt_and_what_failed_waits_longer_each_time() -> None:
    back = settlement(claim_of("a"), Result(Outcome.REQUEUE, "Busy."), NOW, RETRYING)
    assert back == Later(claim_of("a"), NOW + RETRYING.back_delay, "Busy.", counted=False)
    for attempt, seconds in ((1, 1), (2, 5)):
        again = settlement(claim_of("a", attempt=attempt), Result(Outcome.RETRY, "It broke."), NOW, RETRYING)
        assert again == Later(claim_of("a", attempt=attempt), NOW + timedelta(seconds=seconds), "It broke.")


def test_the_next_delivery_is_told_that_the_process_of_the_last_one_ended() -> None:
    again = settlement(claim_of("a"), Result(Outcome.ENDED, "whatever it said"), NOW, RETRYING)
    assert isinstance(again, Later)
    consumer = Consumer(Kept(claim_of("a", attempt=2, begun=True, reason=again.reason), claim_of("b", reason="else")))
    consumer.turn()
    consumer.finish()
    found = {each.message.id: (each.redelivered, each.attempt, each.ended) for each in consumer.delivered}
    assert again.reason == ENDED
    assert found == {"a": (True, 2, True), "b": (False, 1, False)}


def test_no_more_is_claimed_than_there_is_room_for_and_the_rest_is_not_forgotten() -> None:
    consumer = Consumer(Kept(*map(claim_of, "abc")), prefetch=2)
    assert consumer.turn() == ["next_due", "claim 2"]
    consumer.notifier.news = 1
    assert consumer.turn() == []
    consumer.finish()
    assert consumer.turn() == ["settle 2", "next_due", "claim 2"]
    assert [each.message.id for each in consumer.delivered] == ["a", "b", "c"]
    consumer.finish()


def test_the_odb_is_looked_at_when_there_is_news_or_something_is_due_and_written_to_when_there_is_work() -> None:
    consumer = Consumer(Kept())
    assert consumer.turn() == ["next_due"], "the first look owes nothing to news"
    assert consumer.turn() == []
    consumer.notifier.news = 1
    assert consumer.turn() == ["next_due"]
    consumer.kept.due = consumer.clock.now() + timedelta(seconds=2)
    consumer.notifier.news = 1
    consumer.turn()
    assert consumer.turn(1.0) == []
    assert consumer.turn(1.0) == ["next_due", "claim 2"]


@pytest.mark.parametrize(
    ("due_seconds", "least", "most"), [(None, 0.4, 0.5), (9.0, 0.4, 0.5), (0.2, 0.2, 0.2), (-1.0, 0.05, 0.05)]
)
def test_who_has_nothing_to_do_waits_for_long_but_not_for_longer_than_until_something_is_due(
    due_seconds: float | None, least: float, most: float
) -> None:
    consumer = Consumer(Kept())
    if due_seconds is not None:
        consumer.kept.due = consumer.clock.now() + timedelta(seconds=due_seconds)
    consumer.claiming.run(threading.Event())
    assert [least <= seconds <= most for seconds in consumer.notifier.waits] == [True]


def test_news_that_came_before_a_failure_is_not_lost() -> None:
    consumer = Consumer(Kept())
    consumer.turn()
    consumer.notifier.news, consumer.kept.away = 1, True
    with pytest.raises(Unavailable):
        consumer.turn()
    consumer.kept.away = False
    assert consumer.turn() == ["next_due"]


def test_a_lease_is_extended_with_each_third_of_it() -> None:
    consumer = Consumer(Kept(claim_of("a")), prefetch=1)
    consumer.turn()
    for expected in ([], [], ["extend 1"], [], [], ["extend 1"]):
        assert consumer.turn(LEASE.total_seconds() / 9 + 0.001) == expected
    consumer.finish()


def test_who_stood_still_keeps_what_is_under_way_and_leaves_to_others_what_is_theirs() -> None:
    consumer = Consumer(Kept(claim_of("a")))
    consumer.turn()
    consumer.kept.waits = [claim_of("b")]
    consumer.notifier.news = 1
    assert consumer.turn(6.0) == ["extend 1"]
    assert consumer.turn(1.0) == []
    assert consumer.turn(1.1) == ["next_due", "claim 1"]
    consumer.finish()


def test_what_its_predecessor_had_expires_once_it_is_known_to_have_ended() -> None:
    consumer = Consumer(Kept(), heir=True)
    consumer.kept.away = True
    with pytest.raises(Unavailable):
        consumer.turn()
    consumer.kept.away = False
    assert consumer.turn() == ["release listener-1", "next_due"]
    assert consumer.turn() == []
    assert Consumer(Kept(), heir=False).turn() == ["next_due"]


def test_who_stops_settles_and_claims_nothing_more() -> None:
    consumer = Consumer(Kept(claim_of("a")))
    consumer.turn()
    consumer.finish()
    consumer.kept.waits = [claim_of("b")]
    consumer.notifier.news = 1
    assert consumer.turn(stopping=True) == ["settle 1"]


def test_what_could_not_be_settled_is_settled_once_the_odb_is_back() -> None:
    consumer = Consumer(Kept(claim_of("a")))
    consumer.turn()
    consumer.finish()
    consumer.kept.away = True
    for _ in range(2):
        with pytest.raises(Unavailable):
            consumer.turn()
    consumer.kept.away = False
    assert consumer.turn() == ["settle 1", "next_due"]
    assert consumer.kept.settled == [Done(claim_of("a"))]
    assert consumer.turn() == []


def test_who_stops_while_the_odb_is_away_does_not_wait_for_it() -> None:
    consumer = Consumer(Kept(claim_of("a")))
    consumer.turn()
    consumer.finish()
    consumer.kept.away = True
    stop = threading.Event()
    stop.set()
    ended = threading.Thread(target=consumer.claiming.run, args=(stop,), daemon=True)
    ended.start()
    ended.join(PATIENCE_SECONDS)
    assert not ended.is_alive()


def test_a_handler_that_raises_is_a_failed_attempt() -> None:
    consumer = Consumer(Kept(claim_of("a")), result=ValueError("a mistake of ours"))
    consumer.turn()
    consumer.finish()
    consumer.turn()
    (settled,) = consumer.kept.settled
    assert isinstance(settled, Later)
    assert "a mistake of ours" in settled.reason


def test_a_claim_that_has_gone_to_another_one_is_told_and_is_no_dead_letter_here(
    capfd: pytest.CaptureFixture[str],
) -> None:
    for lost, told in (([], "became a dead letter"), ([claim_of("a")], "delivered to another consumer")):
        consumer = Consumer(Kept(claim_of("a")), result=Result(Outcome.DEAD_LETTER, "No such service."))
        consumer.kept.lost = lost
        consumer.turn()
        consumer.finish()
        consumer.turn()
        assert consumer.claiming._under_way == {}
        said = "".join(capfd.readouterr())
        assert told in said
        assert ("became a dead letter" in said) == (not lost)


def test_what_no_thread_can_be_started_for_is_delivered_later_and_was_no_attempt() -> None:
    kept = Kept(claim_of("a"), claim_of("b"))
    consumer = Consumer(kept)
    with no_more_threads():
        consumer.turn()
    consumer.turn()
    assert [(step.claim.message.id, type(step)) for step in kept.settled] == [("a", Later), ("b", Later)]
    assert all(isinstance(step, Later) and not step.counted for step in kept.settled)
    assert consumer.delivered == []
    kept.waits.append(claim_of("a"))
    consumer.notifier.news = 1
    consumer.turn()
    consumer.finish()
    assert [each.message.id for each in consumer.delivered] == ["a"]
