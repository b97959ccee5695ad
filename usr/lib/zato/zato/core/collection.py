"""No garbage is collected while much is made at once that stays: the collector would go through all of it, in vain.

A worker with 10,000 channels stood still for a quarter of a second with each change of its configuration: what it had
served from until then and what it would serve from next were gone through again and again while the latter was built.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

# Of 700 objects more than before, 10 times that, and this many times that. Python's own is 10
_WHOLE_EVERY = 100
_lock = threading.Lock()
_pausing = 0
_was_enabled = False


def collect_whole_seldom() -> None:
    """For a process that keeps much: each time that all of it is gone through, every thread stands still.

    What has lived for a moment only is collected as ever, and what was replaced goes without the collector.
    """
    young, middle, _ = gc.get_threshold()
    gc.set_threshold(young, middle, _WHOLE_EVERY)


@contextmanager
def collection_paused() -> Iterator[None]:
    """Of the whole process, until the last block that wants it ends; not for long, as cycles stay meanwhile."""
    global _pausing, _was_enabled  # noqa: PLW0603 - the collector is the process's, too
    with _lock:
        if not _pausing:
            _was_enabled = gc.isenabled()
            gc.disable()
        _pausing += 1
    try:
        yield
    finally:
        with _lock:
            _pausing -= 1
            if not _pausing and _was_enabled:
                gc.enable()
