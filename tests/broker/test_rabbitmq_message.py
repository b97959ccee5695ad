"""Messages as RabbitMQ has them, between this release and the one before."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
import pytest

from support.brokers import new_message
from zato.broker.rabbitmq.amqp_message import body_of, message_in, origin_headers
from zato.broker.rabbitmq.names import ORIGIN, ORIGIN_NAME
from zato.core.origin import Asker


class Before(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What the release before reads, and refuses where there is more."""

    id: str
    service: str
    payload: str
    cid: str
    sent: datetime
    principal: str = "anonymous"
    resent: bool = False


@pytest.mark.parametrize("origin", Asker)
def test_what_was_written_is_read(origin: Asker) -> None:
    message = new_message(origin=origin, resent=True)
    assert message_in(body_of(message), origin_headers(message)) == message


def test_the_release_before_reads_it() -> None:
    message = new_message(origin=Asker.JOB, origin_name="nightly", resent=True)
    found = msgspec.json.decode(body_of(message), type=Before)
    assert (found.id, found.service, found.sent, found.resent) == (message.id, message.service, message.sent, True)


@pytest.mark.parametrize("headers", [{}, {ORIGIN: "cron", ORIGIN_NAME: 7}, {ORIGIN: None}], ids=str)
def test_what_another_release_or_nobody_says_counts_as_a_message(headers: dict[str, Any]) -> None:
    message = new_message(origin=Asker.MESSAGE, origin_name="")
    assert message_in(body_of(message), headers) == message
