"""The contract of messages, on every database."""

from __future__ import annotations

import tracemalloc
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from zato.core.message import Message
from zato.core.origin import Asker
from zato.odb import tables
from zato.odb.claims import Dead, Done, Later
from zato.odb.database import Database
from zato.odb.messages import Claim, Messages

NOW = datetime(2026, 11, 25, 12, 30, 15, 123456, tzinfo=UTC)
LATER = NOW + timedelta(seconds=10)


@pytest.fixture
def messages(database: Database) -> Messages:
    return Messages(database)


def message(number: int, payload: str = "{}", *, resent: bool = False) -> Message:
    return Message(
        id=f"{number:032x}",
        service="demo.echo",
        payload=payload,
        cid="cid-1",
        sent=NOW,
        principal="shop",
        resent=resent,
    )


def numbers(claims: list[Claim]) -> list[int]:
    return sorted(int(claim.message.id, 16) for claim in claims)


def test_what_is_claimed_is_nobody_elses_until_the_claim_expires(messages: Messages) -> None:
    messages.add(message(1), NOW)
    [first] = messages.claim(5, NOW, LATER)
    assert (first.message, first.attempt, first.begun) == (message(1), 1, False)
    assert messages.claim(5, LATER - timedelta(microseconds=1), LATER) == []
    assert messages.next_due() == LATER
    [second] = messages.claim(5, LATER, LATER + timedelta(seconds=10))
    assert (second.message, second.attempt, second.begun) == (message(1), 2, True)


def test_who_has_lost_a_claim_changes_nothing(messages: Messages) -> None:
    messages.add(message(1), NOW)
    [lost] = messages.claim(5, NOW, NOW)
    [held] = messages.claim(5, NOW, LATER)
    assert messages.extend([lost], LATER + timedelta(hours=1)) == [lost]
    for settlement in (Done(lost), Later(lost, NOW, "x"), Dead(lost, NOW, "x")):
        assert messages.settle([settlement]) == [lost]
    assert messages.next_due() == LATER
    assert messages.settle([Done(held)]) == []
    assert messages.counts() == (0, 0)


def test_an_extended_claim_lasts(messages: Messages) -> None:
    messages.add(message(1), NOW)
    claims = messages.claim(5, NOW, NOW + timedelta(seconds=1))
    assert messages.extend(claims, LATER) == []
    assert messages.claim(5, NOW + timedelta(seconds=5), LATER) == []


def test_the_oldest_come_first_and_no_more_than_asked_for(messages: Messages) -> None:
    for number in (3, 1, 2):
        messages.add(message(number), NOW + timedelta(milliseconds=number))
    assert numbers(messages.claim(2, LATER, LATER)) == [1, 2]


def test_the_same_message_is_kept_once(messages: Messages) -> None:
    messages.add(message(1), NOW)
    messages.add(message(1, '"other"'), NOW)
    assert [claim.message for claim in messages.claim(5, NOW, LATER)] == [message(1)]


def test_what_did_not_count_is_as_if_it_had_not_been_claimed(messages: Messages) -> None:
    messages.add(message(1), NOW)
    messages.add(message(2, resent=True), NOW)
    for _ in range(3):
        claims = messages.claim(5, NOW, LATER)
        assert sorted((int(claim.message.id, 16), claim.attempt, claim.begun) for claim in claims) == [
            (1, 1, False),
            (2, 1, True),
        ]
        messages.settle([Later(claim, NOW, "", counted=False) for claim in claims])


def test_what_nobody_lived_to_settle_too_often_is_a_dead_letter(messages: Messages) -> None:
    messages.add(message(1), NOW)
    [claim] = messages.claim(5, NOW, NOW, attempts_max=2)
    messages.settle([Later(claim, NOW, "no luck")])
    assert len(messages.claim(5, NOW, NOW, attempts_max=2)) == 1
    assert messages.claim(5, NOW, NOW, attempts_max=2) == []
    [letter] = messages.dead(5)
    assert (letter.id, letter.attempts, letter.died) == (message(1).id, 2, NOW)
    assert letter.reason.startswith("It was delivered 2 times")
    assert letter.reason.endswith("no luck")


def test_what_an_owner_had_is_released_and_nothing_else(messages: Messages) -> None:
    for number in (1, 2, 3):
        messages.add(message(number), NOW + timedelta(milliseconds=number))
    mine, again = messages.claim(2, LATER, LATER + timedelta(seconds=5), owner="listener-1")
    messages.claim(1, LATER, LATER + timedelta(seconds=5), owner="listener-2")
    delayed = LATER + timedelta(seconds=4)
    messages.settle([Later(again, delayed, "its delay is its own")])
    assert messages.release("listener-1", LATER) == 1
    assert [claim.message for claim in messages.claim(5, LATER, LATER)] == [mine.message]


@pytest.mark.parametrize("origin", [None, "cron"], ids=["earlier", "later"])
def test_what_a_release_before_or_after_has_sent_counts_as_a_message(
    database: Database, messages: Messages, origin: str | None
) -> None:
    """They know fewer origins or more, or none at all, and use the same ODB during an upgrade."""
    messages.add(message(1), NOW)
    with database.write() as connection:
        connection.execute(update(tables.message).values(origin=origin, origin_name=None))
    [claim] = messages.claim(5, NOW, LATER)
    assert (claim.message.origin, claim.message.origin_name) == (Asker.MESSAGE, "")
    messages.settle([Dead(claim, NOW, "no luck")])
    [letter] = messages.dead(5)
    assert (letter.origin, letter.origin_name) == (Asker.MESSAGE, "")


def test_dead_letters_are_neither_delivered_nor_settled(messages: Messages) -> None:
    messages.add(message(1), NOW)
    [claim] = messages.claim(5, NOW, LATER)
    messages.settle([Dead(claim, NOW, "no luck")])
    assert messages.next_due() is None
    assert messages.claim(5, LATER, LATER) == []
    assert messages.settle([Done(claim)]) == [claim]
    assert messages.counts() == (0, 1)
    assert messages.retry([claim.message.id], LATER) == 1
    [again] = messages.claim(5, LATER, LATER)
    assert (again.attempt, again.begun) == (1, True)


def test_dead_letters_are_told_of_without_their_payloads(messages: Messages) -> None:
    """Of a thousand, each may have 10 MiB."""
    payload = '"\N{SNOWMAN}' + "x" * 1_000_000 + '"'
    for number in range(8):
        messages.add(message(number, payload), NOW)
    for claim in messages.claim(10, NOW, LATER):
        messages.settle([Dead(claim, NOW, "no")])
    tracemalloc.start()
    try:
        found = messages.dead(1000)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert {each.payload_bytes for each in found} == {len(payload.encode())}
    assert peak < len(payload)
    assert messages.dead_payload(message(3).id) == payload
    assert messages.dead_payload("f" * 32) is None
