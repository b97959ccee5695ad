"""Being told to stop, for processes whose loops wait for an event."""

from __future__ import annotations

import signal
import threading

_SIGNALS = frozenset({signal.SIGTERM, signal.SIGINT})


def stop_event() -> threading.Event:
    """An event that SIGTERM and SIGINT set. To be called before any other thread is started.

    The signals are blocked and a thread waits for them: a handler would run in the main thread, between any two of its
    steps, and setting an event there deadlocks when that thread, or a handler interrupted by a second signal, holds
    the event's lock.
    """
    stop = threading.Event()
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)

    def wait() -> None:
        while True:
            signal.sigwait(_SIGNALS)
            stop.set()

    threading.Thread(target=wait, name="signals", daemon=True).start()
    return stop
