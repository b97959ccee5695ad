"""Clients that each keep one connection and ask one thing after the other: they see the order of things."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import urllib3


@dataclass(frozen=True, slots=True)
class Seen:
    """An answer with the version that gave it. Times are seconds since the epoch."""

    started: float
    ended: float
    version: int
    server: str


class Sequences:
    """So many clients, each on a pool of one connection that `connected` makes, until it is left."""

    def __init__(self, connected: Callable[[], Any], path: str, clients: int, pause_seconds: float = 0.02) -> None:
        self._connected = connected
        self._path = path
        self._pause_seconds = pause_seconds
        self._stop = threading.Event()
        self.seen: list[list[Seen]] = [[] for _ in range(clients)]
        self.failed: list[str] = []
        self._threads = [threading.Thread(target=self._run, args=(seen,)) for seen in self.seen]

    def __enter__(self) -> Sequences:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def all(self) -> list[Seen]:
        return [each for sequence in self.seen for each in sequence]

    def _run(self, seen: list[Seen]) -> None:
        with self._connected() as pool:
            while not self._stop.wait(self._pause_seconds):
                started = time.time()
                try:
                    answer = pool.request("GET", self._path, retries=False)
                except urllib3.exceptions.HTTPError as error:
                    self.failed.append(repr(error))
                    continue
                if answer.status == 200:
                    body = json.loads(answer.data)
                    seen.append(Seen(started, time.time(), body["version"], body["server"]))
                else:
                    self.failed.append(f"{answer.status} {answer.data[:160]!r}")


def steps_back(sequence: Sequence[Seen]) -> list[tuple[Seen, Seen]]:
    """Answers of one client after which it got an older version. Pure."""
    return [(before, after) for before, after in pairwise(sequence) if after.version < before.version]


def overlaps(seen: Sequence[Seen]) -> list[tuple[Seen, Seen]]:
    """Over all clients: requests that began after another's end and got an older version than that one. Pure."""
    found = []
    ended = sorted(seen, key=lambda each: each.ended)
    position, newest = 0, None
    for each in sorted(seen, key=lambda each: each.started):
        while position < len(ended) and ended[position].ended < each.started:
            if newest is None or ended[position].version > newest.version:
                newest = ended[position]
            position += 1
        if newest is not None and each.version < newest.version:
            found.append((newest, each))
    return found


def spread(seen: Sequence[Seen], version: int, servers: Sequence[str]) -> float | None:
    """Seconds from the version's first answer until each of the servers has given one. None where one has not. Pure."""
    firsts: dict[str, float] = {}
    for each in seen:
        if each.version == version:
            firsts[each.server] = min(each.ended, firsts.get(each.server, each.ended))
    return max(firsts.values()) - min(firsts.values()) if set(servers) <= firsts.keys() else None
