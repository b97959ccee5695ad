"""The way of everything that the command line prints: what comes from elsewhere does nothing to the terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO, cast

from zato.core.visible import encodable, visible


class VisibleText:
    """A stream of text, to which nothing but visible text can be written."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str | bytes) -> int:
        """As of every stream; what its encoding has not got is escaped too.

        click writes what it has as bytes here as well, since there is no `buffer`.
        """
        if isinstance(text, bytes):
            text = text.decode("utf-8", "backslashreplace")
        self._stream.write(encodable(visible(text), self._stream.encoding or "utf-8"))
        return len(text)

    def __getattr__(self, name: str) -> Any:
        if name in ("buffer", "detach", "writelines"):  # ways around `write`, of which click would take the first
            raise AttributeError(name)
        return getattr(self._stream, name)


def discard_unwritten() -> None:
    """What cannot be written, since the disk is full or the reader has gone, is not tried again.

    Python does so as it ends, and from 3.13 on says so, with an exit code of its own.
    """
    for stream in filter(None, (sys.stdout, sys.stderr)):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


@contextmanager
def visible_output() -> Iterator[None]:
    """Within this, standard output and standard error take visible text only."""
    _open_standard_descriptors()
    before = sys.stdout, sys.stderr
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        # Python has none for a descriptor that was closed
        sys.stdout, sys.stderr = (cast(TextIO, VisibleText(stream or nowhere)) for stream in before)
        try:
            yield
        finally:
            sys.stdout, sys.stderr = before


def _open_standard_descriptors() -> None:
    """Whoever starts the command may have closed them (`>&-`): the next file would become standard output."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
