"""Which lines somebody wants to see: decisions only."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import msgspec

from zato.logbook.line import LEVELS, Line

# `$` would let a line end through
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f\x7f]+\Z")]
"""Without control characters: it goes to a program as an argument."""


class Query(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Conditions that a line has to meet, all of them; None is no condition."""

    cid: str | None = None
    service: Name | None = None
    process: str | None = None
    """A name, or the kind that several share: `server-1`, or `server` for those of all servers."""
    level: str | None = None
    """Lines of this level, and more severe ones."""
    text: str | None = None
    """A text somewhere in the line; upper and lower case are the same."""
    since: datetime | None = None
    until: datetime | None = None

    def wants(self, line: Line) -> bool:
        """Whether the line meets them."""
        return (
            (self.cid is None or line.cid == self.cid)
            and (self.service is None or line.service == self.service)
            and (self.process is None or self.process in (line.process, kind_of(line.process)))
            and (self.level is None or LEVELS.index(line.level) >= LEVELS.index(self.level))
            and (self.since is None or line.at >= moment(self.since))
            and (self.until is None or line.at < moment(self.until))
            and (self.text is None or _has(line, self.text.casefold()))
        )


def moment(at: datetime) -> str:
    """The time as lines have it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def kind_of(process: str) -> str:
    """The process's name without the number of its server."""
    name, _, number = process.rpartition("-")
    return name if number.isdecimal() and name else process


def _has(line: Line, text: str) -> bool:
    said = [line.message, line.process, line.cid or "", line.service or "", line.exception or ""]
    return any(text in each.casefold() for each in (*said, *line.fields, *line.fields.values()))
