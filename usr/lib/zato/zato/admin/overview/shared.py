"""One answer of a cluster for all who look at it at the same time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

# Whoever looks asks every two seconds
KEPT_SECONDS = 1.0
OWN_SECONDS = 10.0
"""As often at least each session asks by itself: one that has ended sees nothing more then."""


class SharedState:
    """Whoever may sign in may see it, and it is the same for all of them. Threads may share it."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, str], tuple[float, Any]] = {}
        self._asked: dict[str, float] = {}

    def get(self, cluster: tuple[str, str], token: str, ask: Callable[[], Any]) -> Any:
        """What the cluster said a moment ago, or says now. Raises what `ask` raises."""
        now = self._monotonic()
        with self._lock:
            at, value = self._kept.get(cluster, (0.0, None))
            if value is not None and now - at < KEPT_SECONDS and now - self._asked.get(token, now - 1e9) < OWN_SECONDS:
                return value
        value = ask()
        with self._lock:
            self._kept[cluster] = (now, value)
            self._asked[token] = now
            self._asked = {each: asked for each, asked in self._asked.items() if now - asked < OWN_SECONDS}
        return value
