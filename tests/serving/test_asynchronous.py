"""What is sent to be invoked later: written as a message, or refused before anything is promised."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from zato.core.errors import InvalidInput, TooLarge, Unavailable
from zato.core.limits import MESSAGE_BYTES_MAX
from zato.core.message import Message
from zato.core.origin import Asker
from zato.core.principal import ANONYMOUS, Authentication, Principal
from zato.serving.asynchronous import AsyncInvocations, document_of

NOW = datetime(2030, 1, 1, tzinfo=UTC)
JANE = Principal("jane", Authentication.BASIC)


class StillClock:
    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 0.0


class Broker:
    def __init__(self, *, away: bool = False) -> None:
        self.sent: list[Message] = []
        self._away = away

    def send(self, message: Message) -> None:
        if self._away:
            raise Unavailable("The broker is away.")
        self.sent.append(message)


def test_a_message_says_what_is_to_be_invoked_by_whom_and_on_whose_behalf() -> None:
    broker = Broker()
    invocations = AsyncInvocations(broker, StillClock())
    made = invocations.send("shop.buy", {"n": 1, "text": "ż"}, "cid-1", JANE, Asker.JOB, "nightly")
    assert broker.sent == [made]
    assert (made.service, made.payload, made.cid, made.sent) == ("shop.buy", '{"n":1,"text":"ż"}', "cid-1", NOW)
    assert (made.principal, made.origin, made.origin_name) == ("jane", Asker.JOB, "nightly")
    assert invocations.send("shop.buy", None, "cid-1", ANONYMOUS, Asker.INVOCATION).id != made.id


@pytest.mark.parametrize(
    ("payload", "document"), [(None, ""), ("", '""'), ("text", '"text"'), ([Decimal("1.50")], '["1.50"]'), (0, "0")]
)
def test_a_payload_is_json_and_none_is_nothing(payload: Any, document: str) -> None:
    assert document_of("shop.buy", payload) == document


@pytest.mark.parametrize(
    "payload",
    [b"bytes", bytearray(b"x"), memoryview(b"x"), {"x": object()}, "\ud800", {(1, 2): 3}],
    ids=["bytes", "bytearray", "memoryview", "object", "surrogate", "key"],
)
def test_what_json_cannot_hold_is_refused_before_it_is_sent(payload: Any) -> None:
    broker = Broker()
    with pytest.raises(InvalidInput, match=r"The payload for service shop\.buy ") as refused:
        AsyncInvocations(broker, StillClock()).send("shop.buy", payload, "cid-1", ANONYMOUS, Asker.MESSAGE)
    assert refused.value.code == "payload-not-json"
    assert broker.sent == []


def test_bytes_are_refused_with_a_way_out() -> None:
    with pytest.raises(InvalidInput, match="send text, base64 for instance"):
        document_of("shop.buy", b"x")


def test_the_largest_message_is_taken_and_one_byte_more_is_not() -> None:
    assert len(document_of("shop.buy", "x" * (MESSAGE_BYTES_MAX - 2))) == MESSAGE_BYTES_MAX
    with pytest.raises(TooLarge, match=f"has {MESSAGE_BYTES_MAX + 1} bytes; a message takes {MESSAGE_BYTES_MAX}"):
        document_of("shop.buy", "x" * (MESSAGE_BYTES_MAX - 1))


def test_a_message_that_is_not_safe_is_not_promised() -> None:
    with pytest.raises(Unavailable):
        AsyncInvocations(Broker(away=True), StillClock()).send("shop.buy", None, "cid", ANONYMOUS, Asker.INVOCATION)
