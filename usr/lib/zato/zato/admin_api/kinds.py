"""The kinds there are, in terms of which forms are made."""

from __future__ import annotations

from zato.admin_api.route import Answer, Call, Route
from zato.admin_api.schemas.values import ResponseSchema
from zato.config.describing import DescribedKind, described_kinds
from zato.core.principal import Right


class Kinds(ResponseSchema, frozen=True):
    """All kinds of items."""

    kinds: tuple[DescribedKind, ...]


class KindOperations:
    """The handler of the route about kinds."""

    def __init__(self) -> None:
        self._kinds = Kinds(kinds=described_kinds())

    def routes(self) -> tuple[Route, ...]:
        """The routes, for the table of all."""
        return (
            Route(
                "GET",
                "/zato/api/kinds",
                "list-kinds",
                "Kinds of items, with what forms need to know of each field",
                self._list,
                Right.READ,
                Kinds,
            ),
        )

    def _list(self, call: Call) -> Answer:
        return Answer(self._kinds)
