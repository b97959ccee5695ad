"""Points in time on the command line: given as a date and time, or as how long ago; always shown with their zone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import click

_AGO = re.compile(r"([0-9]{1,6})([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class Moment(click.ParamType[str]):
    """ISO 8601, in UTC where it has no zone, or so many seconds, minutes, hours, days or weeks ago: 90s, 2h, 7d."""

    name = "when"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = str(value).strip()
        ago = _AGO.fullmatch(text)
        try:
            if ago is not None:
                return (datetime.now(UTC) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})).isoformat()
            found = datetime.fromisoformat(text)
        except (ValueError, OverflowError):
            self.fail(
                f"{text[:60]!r} is no point in time; write 2026-11-30, 2026-11-30T08:00 (UTC), "
                "2026-11-30T08:00+01:00, or how long ago that was: 90s, 15m, 2h, 7d",
                param,
                ctx,
            )
        return (found if found.tzinfo is not None else found.replace(tzinfo=UTC)).isoformat()


def since_option(command: click.decorators.FC) -> click.decorators.FC:
    """--since of a command that lists what happened."""
    return click.option("--since", type=Moment(), help="From then on, such as 2026-11-30T08:00+01:00, or 2h: ago.")(
        command
    )


def until_option(command: click.decorators.FC) -> click.decorators.FC:
    """--until of a command that lists what happened."""
    return click.option("--until", type=Moment(), help="Before then.")(command)
