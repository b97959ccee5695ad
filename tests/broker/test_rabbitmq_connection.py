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
from zato.amqp.connection import AmqpConnection
from zato.amqp.identity import TlsIdentity
from zato.broker.rabbitmq.address import parse


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
        problems.append(connection.problem)
        if failures:
            raise failures.pop()
        return connection_of(*arguments, **options)

    monkeypatch.setattr(pika, "SelectConnection", connect)
    connection = AmqpConnection(parse(f"amqps://localhost:{free_port()}/zato"), cast(TlsIdentity, Identity()), "tests")
    connection.start()
    try:
        until(lambda: "refused" in connection.problem)
    finally:
        connection.stop()
    assert said in problems[1]
    assert said in problems[2]


class Loop:
    """Of a connection that ends before it has called what came meanwhile."""

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        self._meanwhile = meanwhile

    def start(self) -> None:
        self._meanwhile()

    def add_callback_threadsafe(self, function: Callable[[], None]) -> None:
        pass

    def close(self) -> None:
        pass


class Connection:
    def __init__(self, ioloop: Loop) -> None:
        self.ioloop = ioloop


def test_what_comes_while_a_connection_ends_is_called_in_order_and_once_whatever_one_of_them_raises(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    called: list[int] = []
    taken: list[bool] = []

    def meanwhile() -> None:
        if not taken:
            taken.extend(
                connection.call(function) for function in (lambda: called.append(1), lambda: called.append(1 // 0))
            )
            taken.append(connection.call(lambda: called.append(3)))

    monkeypatch.setattr(pika, "SelectConnection", lambda *_, **__: Connection(Loop(meanwhile)))
    connection = AmqpConnection(parse(f"amqps://localhost:{free_port()}/zato"), cast(TlsIdentity, Identity()), "tests")
    connection.start()
    try:
        until(lambda: 3 in called)
    finally:
        connection.stop()
    assert (called, taken) == ([1, 3], [True, True, True])
