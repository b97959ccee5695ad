"""What every log can be asked for, whichever way it is kept."""

from __future__ import annotations

from typing import Protocol

from zato.core.errors import InvalidInput
from zato.logbook.line import Page
from zato.logbook.query import Query

LINES_MAX = 1000
"""Lines of one page."""


class ReadsLog(Protocol):
    """Reads what the processes of this machine have said. Each call takes bounded time and memory."""

    def older(self, query: Query, before: str | None, lines_max: int) -> Page:
        """The last lines that are wanted, of those before a place, or of all. Raises InvalidInput, Unavailable."""
        ...

    def newer(self, query: Query, after: str, lines_max: int) -> Page:
        """The first lines that are wanted after a place. Raises InvalidInput, Unavailable."""
        ...


def invalid_place() -> InvalidInput:
    """What was given was never told as a place."""
    return InvalidInput("The place in the log is not one that an earlier answer has named.", code="invalid-cursor")
