"""Declares what there has to be, one after the other. It is there already, as a rule: then nothing changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from zato.broker.rabbitmq.names import CHANGES, EXCHANGES, queues

Step = Callable[[Callable[[Any], None]], Any]


def declare_invocations(channel: Any, pauses: Iterable[timedelta], done: Callable[[], None]) -> None:
    """All queues of invocations, and their exchanges; the dead letters' first, so that none has nowhere to go."""
    steps = [_exchange(channel, name) for name in EXCHANGES]
    for name, (exchange, arguments) in queues(pauses).items():
        steps += [_queue(channel, name, arguments), _binding(channel, name, exchange)]
    _in_turn(steps, done)


def declare_changes(channel: Any, queue: str, done: Callable[[], None]) -> None:
    """The exchange of notifications, and this process's own queue at it: one in it is as good as many."""

    def declare(then: Callable[[Any], None]) -> None:
        channel.queue_declare(queue, exclusive=True, auto_delete=True, arguments={"x-max-length": 1}, callback=then)

    _in_turn([_exchange(channel, CHANGES), declare, _binding(channel, queue, CHANGES)], done)


def _exchange(channel: Any, name: str) -> Step:
    return lambda then: channel.exchange_declare(name, EXCHANGES[name], durable=True, callback=then)


def _queue(channel: Any, name: str, arguments: dict[str, Any]) -> Step:
    return lambda then: channel.queue_declare(name, durable=True, arguments=arguments, callback=then)


def _binding(channel: Any, queue: str, exchange: str) -> Step:
    return lambda then: channel.queue_bind(queue, exchange, queue, callback=then)


def _in_turn(steps: list[Step], done: Callable[[], None]) -> None:
    if not steps:
        done()
        return
    steps[0](lambda _: _in_turn(steps[1:], done))
