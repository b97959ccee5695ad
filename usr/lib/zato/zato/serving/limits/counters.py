"""Counts of requests that all workers of a server share, in memory that their master has made before it forked.

A subject has a slot: a ring of eleven counts, each of a tenth of its period, and how many of its requests are under
way. So in no period there are more than its limit, and what is counted goes after a tenth more than a period at most.

What is under way is kept for each worker apart. What a worker that was killed had under way goes when its master finds
it dead; the lock goes with it at once.
"""

from __future__ import annotations

import mmap
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from zato.core.errors import Unavailable
from zato.host.logs import get_logger
from zato.host.shared_lock import SIZE_BYTES, SharedLock
from zato.serving.limits.limit import KEY_BYTES, Limit

if TYPE_CHECKING:
    from zato.serving.active_request import ActiveRequest

SLOTS = 4096
COLUMNS = 512
"""Workers, those that end while others begin included."""
_PARTS = 10
_RING = _PARTS + 1
_NO_WORKER = 0

_log = get_logger("zato.limits")


@dataclass(frozen=True, slots=True)
class Refusal:
    """The limit that is reached, which of its fields, and when it may be another way."""

    limit: Limit
    field: str
    retry_after_seconds: float


class Ticket:
    """Requests under way that were counted; `release` takes them out again, once."""

    __slots__ = ("_counters", "held", "slots")

    def __init__(self, counters: SharedCounters, slots: tuple[int, ...]) -> None:
        self._counters = counters
        self.slots = slots
        self.held = True

    @contextmanager
    def during(self, active: ActiveRequest | None) -> Iterator[None]:
        """Released at the end. Where the request is given up before, whoever does that releases it."""
        if active is not None:
            active.ticket = self
        try:
            yield
        finally:
            self.release()

    def release(self) -> None:
        """Releases it. It may be called again, by other threads too."""
        try:
            self._counters.release(self)
        except Unavailable as error:
            # Who calls has something to answer. What is counted too much goes with this worker
            _log.error("A request that has ended is counted on", reason=error.message)


class SharedCounters:
    """One for each server. Threads may share it."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        """`monotonic` is the same for all processes of the machine."""
        self._monotonic = monotonic
        sizes = (SIZE_BYTES, 8, 4 * COLUMNS, 8 * SLOTS, 8 * SLOTS, 4 * _RING * SLOTS, 4 * SLOTS, 2 * COLUMNS * SLOTS)
        offsets = [sum(sizes[:number]) for number in range(len(sizes) + 1)]
        self._keys_at = offsets[-1]
        memory = self._memory = mmap.mmap(-1, self._keys_at + KEY_BYTES * SLOTS)
        parts = [memoryview(memory)[begin:end] for begin, end in pairwise(offsets)]
        self._lock = SharedLock(memory)
        self._used = parts[1].cast("Q")
        self._pids = parts[2].cast("I")
        self._periods = parts[3].cast("Q")
        self._latest = parts[4].cast("Q")
        self._rings = parts[5].cast("I")
        self._under_way = parts[6].cast("I")
        self._by_worker = parts[7].cast("H")
        self._slots: dict[bytes, int] = {}
        self._column: int | None = None

    def admit(self, limits: Sequence[Limit], *, refuse: bool = True) -> Ticket | Refusal | None:
        """Count one request under all of these limits, or under none, where one of them is reached.

        Without `refuse` it is counted in any case. None: nothing has to be taken out again. Raises Unavailable where
        the other workers cannot be waited for.
        """
        with self._lock:
            milliseconds = int(self._monotonic() * 1000)
            slots = [self._slot(limit, milliseconds) for limit in limits]
            for limit, slot in zip(limits, slots, strict=True):
                refusal = self._refusal(limit, slot, milliseconds)
                if refusal is not None and refuse:
                    return refusal
            counted = []
            for limit, slot in zip(limits, slots, strict=True):
                if limit.requests_max is not None:
                    self._rings[slot * _RING + self._latest[slot] % _RING] += 1
                if limit.concurrent_max is not None:
                    counted.append(slot)
            if not counted:
                return None
            ticket = Ticket(self, tuple(counted))
            first = self._own_column() * SLOTS
            for slot in counted:
                self._by_worker[first + slot] += 1
                self._under_way[slot] += 1
        return ticket

    def release(self, ticket: Ticket) -> None:
        """See Ticket."""
        with self._lock:
            if not ticket.held:
                return
            first = self._own_column() * SLOTS
            ticket.held = False
            for slot in ticket.slots:
                self._by_worker[first + slot] -= 1
                self._under_way[slot] -= 1

    def forget(self, pid: int) -> None:
        """What a worker that is dead had under way is so no longer. For their master."""
        with self._lock:
            columns = [number for number in range(COLUMNS) if self._pids[number] == pid]
            for column in columns:
                first = column * SLOTS
                for slot in range(self._used[0]):
                    self._by_worker[first + slot] = 0
                self._pids[column] = _NO_WORKER
            if columns:
                alive = [number * SLOTS for number in range(COLUMNS) if self._pids[number] != _NO_WORKER]
                for slot in range(self._used[0]):
                    self._under_way[slot] = sum(self._by_worker[first + slot] for first in alive)

    def _refusal(self, limit: Limit, slot: int, milliseconds: int) -> Refusal | None:
        if limit.requests_max is not None:
            ring = self._advanced(limit, slot, milliseconds)
            surplus = sum(ring) - limit.requests_max
            if surplus >= 0:
                return Refusal(limit, "requests_max", self._seconds_until_fewer(limit, slot, surplus, milliseconds))
        if limit.concurrent_max is not None and self._under_way[slot] >= limit.concurrent_max:
            return Refusal(limit, "concurrent_max", 1.0)
        return None

    def _advanced(self, limit: Limit, slot: int, milliseconds: int) -> memoryview:
        """The slot's ring, without what is older than a period."""
        begin = slot * _RING
        period, now = limit.period_seconds * 1000, milliseconds * _PARTS // (limit.period_seconds * 1000)
        passed = now - self._latest[slot] if self._periods[slot] == period else _RING
        for part in range(max(0, now - min(passed, _RING) + 1), now + 1):
            self._rings[begin + part % _RING] = 0
        if passed > 0:
            self._latest[slot] = now
            self._periods[slot] = period
        return self._rings[begin : begin + _RING]

    def _seconds_until_fewer(self, limit: Limit, slot: int, surplus: int, milliseconds: int) -> float:
        """Seconds until more than `surplus` of those that are counted have gone, the oldest first."""
        latest, part_seconds = self._latest[slot], limit.period_seconds / _PARTS
        for part in range(latest - _PARTS, latest + 1):
            surplus -= self._rings[slot * _RING + part % _RING]
            if surplus < 0:
                return (part + _RING) * part_seconds - milliseconds / 1000
        return float(limit.period_seconds)

    def _slot(self, limit: Limit, milliseconds: int) -> int:
        """The one of the limit's subject, which gets one where it has none."""
        key = limit.key
        slot = self._slots.get(key)
        if slot is not None and self._key(slot) == key:
            return slot
        slot = self._found(key)
        if slot is None:
            slot = self._free(milliseconds)
            begin = self._keys_at + slot * KEY_BYTES
            self._memory[begin : begin + KEY_BYTES] = key
            self._periods[slot] = 0
        self._slots[key] = slot
        return slot

    def _key(self, slot: int) -> bytes:
        begin = self._keys_at + slot * KEY_BYTES
        return self._memory[begin : begin + KEY_BYTES]

    def _found(self, key: bytes) -> int | None:
        end = self._keys_at + self._used[0] * KEY_BYTES
        at = self._memory.find(key, self._keys_at, end)
        while at != -1 and (at - self._keys_at) % KEY_BYTES:
            at = self._memory.find(key, at + 1, end)
        return None if at == -1 else (at - self._keys_at) // KEY_BYTES

    def _free(self, milliseconds: int) -> int:
        used = self._used[0]
        if used < SLOTS:
            self._used[0] = used + 1
            return used
        for slot in range(SLOTS):
            period = self._periods[slot]
            passed = period == 0 or milliseconds * _PARTS // period - self._latest[slot] > _PARTS
            if passed and self._under_way[slot] == 0:
                return slot
        raise Unavailable(f"Requests of more than {SLOTS} subjects with limits are under way.", code="too-many-limits")

    def _own_column(self) -> int:
        pid = os.getpid()
        if self._column is None or self._pids[self._column] != pid:  # a worker has its own from its first request on
            free = next((number for number in range(COLUMNS) if self._pids[number] == _NO_WORKER), None)
            if free is None:
                raise Unavailable(f"This server has more than {COLUMNS} workers.", code="too-many-workers")
            self._pids[free], self._column = pid, free
        return self._column
