"""What is made once for all processes of a test run."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """No other process is between the same two lines for that file."""
    with file.open("a") as opened:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield


def once(run: str, stamp: Path, make: Callable[[], object]) -> None:
    """Has `make` called by the first process of that run which comes here; the others wait until it is done.

    `stamp` is a file that remembers the run.
    """
    stamp.parent.mkdir(parents=True, exist_ok=True)
    with locked(stamp.with_name(f"{stamp.name}.lock")):
        if not stamp.exists() or stamp.read_text() != run:
            make()
            stamp.write_text(run)
