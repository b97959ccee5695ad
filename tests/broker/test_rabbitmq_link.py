"""The connection's thread, without a RabbitMQ."""

from __future__ import annotations

import errno
import os
import ssl
from collections.abc import Callable
from typing import Any, cast

import pika
import pytest

from support.ports import free_port
from support.waiting import until
from zato.broker.rabbitmq.address import parse
from zato.broker.rabbitmq.identity import TlsIdentity
from zato.broker.rabbitmq.link import Link


class Identity:
    """Nobody asks for it here."""

    def context(self) -> ssl.SSLContext:
        return ssl.create_default_context()


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (OSError(errno.EMFILE, os.strerror(errno.EMFILE)), "Too many open files"),
        (RuntimeError("Nobody thought of it."), "Nobody thought of it"),
    ],
)
def test_it_tries_again_where_a_connection_could_not_even_be_begun(
    monkeypatch: pytest.MonkeyPatch, failure: Exception, said: str
) -> None:
    connection_of: Callable[..., Any] = pika.SelectConnection
    failures = [failure] * 2
    problems: list[str] = []

    def connect(*arguments: Any, **options: Any) -> Any:
        problems.append(link.problem)
        if failures:
            raise failures.pop()
        return connection_of(*arguments, **options)

    monkeypatch.setattr(pika, "SelectConnection", connect)
    link = Link(parse(f"amqps://localhost:{free_port()}/zato"), cast(TlsIdentity, Identity()), "tests")
    link.start()
    try:
        until(lambda: "refused" in link.problem)
    finally:
        link.stop()
    assert said in problems[1]
    assert said in problems[2]
