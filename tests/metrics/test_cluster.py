"""What all servers share, as Prometheus sees it."""

from __future__ import annotations

from typing import Any, cast

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from zato.broker.delivery import Counts
from zato.core.errors import Unavailable, ZatoError
from zato.metrics.cluster import SharedParts


class DeadLetters:
    """Of a cluster with two messages that wait."""

    def __init__(self, error: ZatoError | None = None) -> None:
        self._error = error

    def counts(self) -> Counts:
        if self._error is not None:
            raise self._error
        return Counts(waiting=2, dead=1)


def page(odb: ZatoError | None = None, dead_letters: ZatoError | None = None) -> str:
    def revision() -> int:
        if odb is not None:
            raise odb
        return 7

    registry = CollectorRegistry()
    registry.register(SharedParts(revision, cast(Any, DeadLetters(dead_letters)), lambda: None))
    return generate_latest(registry).decode()


def test_messages_are_counted() -> None:
    text = page()
    assert "zato_odb_up 1.0" in text
    assert "zato_messages_waiting 2.0" in text
    assert "zato_messages_dead 1.0" in text


# The second is what an ODB says whose tables do not fit: all other metrics are needed then, too
@pytest.mark.parametrize("error", [Unavailable("It is away."), ZatoError("It did not accept it.", code="odb-error")])
def test_an_odb_that_answers_nothing_else_is_down_and_the_page_is_there(error: ZatoError) -> None:
    text = page(odb=error)
    assert "zato_odb_up 0.0" in text
    assert "zato_messages_waiting 2.0" not in text
    text = page(dead_letters=error)
    assert "zato_odb_up 1.0" in text
    assert "zato_messages_waiting 2.0" not in text
