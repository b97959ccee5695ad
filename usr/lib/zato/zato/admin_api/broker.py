"""The broker, as the worker that answers sees it."""

from __future__ import annotations

from collections.abc import Callable

from zato.admin_api.route import Answer, Call, Route
from zato.admin_api.schemas import messages as schemas
from zato.broker.delivery import Counts
from zato.broker.protocol import DeadLetters
from zato.broker.session import BrokerSession
from zato.core.errors import ZatoError
from zato.core.principal import Right
from zato.odb.state import State

_EMBEDDED = "embedded"


class BrokerOperations:
    """The handler of the route about the broker."""

    def __init__(self, *, broker: BrokerSession, dead_letters: DeadLetters, state: State) -> None:
        self._broker = broker
        self._dead_letters = dead_letters
        self._state = state

    def routes(self) -> tuple[Route, ...]:
        """The routes, for the table of all."""
        return (
            Route(
                "GET",
                "/zato/api/broker",
                "get-broker",
                "Which broker the cluster has, whether it is there, and what it keeps",
                self.get,
                Right.READ,
                schemas.BrokerState,
            ),
        )

    def get(self, call: Call) -> Answer:
        broker = self._broker
        embedded = broker.label == _EMBEDDED
        return Answer(
            schemas.BrokerState(
                kind="embedded" if embedded else "rabbitmq",
                address=None if embedded else broker.label,
                problem=broker.problem,
                messages=_counted(self._dead_letters.counts),
                in_rabbitmq=_counted(broker.kept_elsewhere),
                held=self._state.held() is not None,
            )
        )


def _counted(counts: Callable[[], Counts | None]) -> schemas.MessageCounts | None:
    """None where there are none to be counted, or whoever keeps them is away."""
    try:
        found = counts()
    except ZatoError:
        return None
    return None if found is None else schemas.MessageCounts(waiting=found.waiting, dead=found.dead)
