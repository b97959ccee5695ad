"""What follows from some of the items, kept for as long as those stay the same."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Generic, TypeVar

from zato.config.configuration import Configuration

T = TypeVar("T")


class Derived(Generic[T]):
    """Computed anew only where an item of one of the kinds has changed since. One thread asks.

    From one revision to the next a configuration shares what is the same: see `Configuration.apply`.
    """

    def __init__(self, kinds: Collection[str], compute: Callable[[Configuration], T]) -> None:
        """`compute` looks at items of these kinds only."""
        self._kinds = tuple(kinds)
        self._compute = compute
        self._known: tuple[Configuration, T] | None = None

    def of(self, configuration: Configuration) -> T:
        """The same object as last time where nothing has changed."""
        known = self._known
        if known is None or any(known[0].items_of(kind) is not configuration.items_of(kind) for kind in self._kinds):
            known = configuration, self._compute(configuration)
        self._known = configuration, known[1]
        return known[1]
