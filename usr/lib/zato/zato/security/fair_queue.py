"""A bounded queue in which nobody waits for what others have put in before: sources take turns."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class FairQueue(Generic[T]):
    """First in, first out for each source, and one of each source in turn. Not for several threads at once."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, deque[T]] = OrderedDict()
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def waiting(self, source: str) -> int:
        """How many of the source's there are."""
        return len(self._waiting.get(source, ()))

    def put(self, source: str, one: T, most: int) -> T | None:
        """Add it. Returns what has to give way where there would be more than `most`: the last of whoever has most.

        That is `one` itself where its own source does.
        """
        self._waiting.setdefault(source, deque()).append(one)
        self._count += 1
        if self._count <= most:
            return None
        # Of several that have as many, its own: who came first stays
        greediest = max(self._waiting, key=lambda each: (len(self._waiting[each]), each == source))
        return self._taken(greediest, self._waiting[greediest].pop())

    def take(self) -> T | None:
        """The next one; None where there is none."""
        if not self._waiting:
            return None
        source = next(iter(self._waiting))
        self._waiting.move_to_end(source)
        return self._taken(source, self._waiting[source].popleft())

    def take_all(self, wanted: Callable[[T], bool]) -> list[T]:
        """Takes out those that are wanted, wherever they stand in the queue."""
        found = [(source, one) for source, waiting in self._waiting.items() for one in waiting if wanted(one)]
        for source, one in found:
            self._waiting[source].remove(one)
            self._taken(source, one)
        return [one for _, one in found]

    def _taken(self, source: str, one: T) -> T:
        self._count -= 1
        if not self._waiting[source]:
            del self._waiting[source]
        return one
