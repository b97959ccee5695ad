"""What others ask of an agent is done by the agent's own thread, between its turns."""

from __future__ import annotations

import queue
from collections.abc import Callable
from concurrent.futures import Future


class Calls:
    """`call` may be called by any thread, `answer` by the agent's own."""

    def __init__(self) -> None:
        self._waiting: queue.SimpleQueue[tuple[Callable[[], None], Future[None]]] = queue.SimpleQueue()

    def call(self, work: Callable[[], None]) -> Future[None]:
        """Has `work` done with the next `answer`. The future has its result, or what it raised, once it is done."""
        future: Future[None] = Future()
        self._waiting.put((work, future))
        return future

    def answer(self) -> None:
        """Does what waits. What is raised is the caller's, and nobody else's."""
        while not self._waiting.empty():
            work, future = self._waiting.get_nowait()
            if not future.set_running_or_notify_cancel():  # the caller has gone
                continue
            try:
                work()
            except Exception as error:  # noqa: BLE001 - the agent goes on, whatever it was
                future.set_exception(error)
            else:
                future.set_result(None)
