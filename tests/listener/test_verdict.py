"""What a server's answer means for a message."""

from __future__ import annotations

import pytest

from support.brokers import new_message
from zato.broker.delivery import Delivery, Outcome
from zato.core.errors import Unavailable
from zato.internal.client import NO_ANSWER, NOT_BEGUN, Invoked
from zato.listener.verdict import verdict, verdict_without_reply


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (Invoked(204), Outcome.DONE),
        (Invoked(400, "invalid-input"), Outcome.DEAD_LETTER),
        (Invoked(403, "forbidden"), Outcome.DEAD_LETTER),
        (Invoked(404, "not-found"), Outcome.DEAD_LETTER),
        (Invoked(409, "conflict"), Outcome.DEAD_LETTER),
        (Invoked(413, "too-large"), Outcome.DEAD_LETTER),
        (Invoked(408, "later"), Outcome.RETRY),
        (Invoked(425, "later"), Outcome.RETRY),
        (Invoked(429, "later"), Outcome.RETRY),
        (Invoked(500, "service-failed"), Outcome.RETRY),
        (Invoked(502, "outgoing-failed"), Outcome.RETRY),
        (Invoked(503, "service-inactive"), Outcome.RETRY),
        (Invoked(503, "no-configuration"), Outcome.REQUEUE),
        (Invoked(503, "memory-busy"), Outcome.REQUEUE),
        (Invoked(504, "time-limit-exceeded"), Outcome.RETRY),
    ],
    ids=str,
)
def test_each_status_decides(reply: Invoked, outcome: Outcome) -> None:
    assert verdict(reply, 1).outcome is outcome


def test_a_service_that_this_server_does_not_know_yet_gets_one_more_chance() -> None:
    reply = Invoked(404, "no-such-service", "There is no service 'a.b' here any more.")
    assert verdict(reply, 1).outcome is Outcome.RETRY
    assert verdict(reply, 2).outcome is Outcome.DEAD_LETTER


def test_the_reason_is_the_errors() -> None:
    assert verdict(Invoked(500, "service-failed", "It broke."), 1).reason == "service-failed: It broke."
    assert verdict(Invoked(502, "", "<html>"), 1).reason == "Status 502: <html>"


def test_what_a_process_ended_under_is_repeated_once_and_then_a_dead_letter_that_says_so() -> None:
    first = Delivery(message=new_message(), redelivered=False, attempt=1)
    gone = Unavailable("The server ended before it answered.", code=NO_ANSWER)
    assert verdict_without_reply(gone, first).outcome is Outcome.ENDED
    again = verdict_without_reply(gone, Delivery(message=first.message, redelivered=True, attempt=2, ended=True))
    assert again.outcome is Outcome.DEAD_LETTER
    assert again.reason.startswith("Twice, one after the other: the process that ran it ended")


def test_what_was_not_begun_is_no_attempt_whatever_came_before() -> None:
    delivery = Delivery(message=new_message(), redelivered=True, attempt=2, ended=True)
    assert verdict_without_reply(Unavailable("away", code=NOT_BEGUN), delivery).outcome is Outcome.REQUEUE
