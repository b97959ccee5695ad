"""Files that other processes read at any time: replaced whole, or not at all."""

from __future__ import annotations

import os
from pathlib import Path


def write_atomically(path: Path, data: bytes, *, mode: int = 0o600, owner: tuple[int, int] | None = None) -> None:
    """Replaces `path` by `data`; a reader sees the old or the new content, also after a power cut.

    It belongs to `owner` (user and group), or to whoever writes it, from the moment when it is there.
    The directory must exist. Raises OSError; a left-over temporary file of a crash is overwritten the next time.
    """
    temporary = path.with_name(f".{path.name}.new")
    temporary.unlink(missing_ok=True)  # it may be `owner`'s already
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, mode)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(file.fileno(), mode)  # also where the left-over of a crash had another one
        if owner is not None:
            os.fchown(file.fileno(), *owner)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
