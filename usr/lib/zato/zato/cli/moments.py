"""Points in time on the command line: given as a date and time, or as how long ago; always shown with their zone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import click

_PART = re.compile(r"([0-9]{1,6}) ?([A-Za-z]{1,7})")
_AGO = re.compile(rf"(?:{_PART.pattern} ?){{1,5}}(?:ago)?")
_SPELLINGS = {
    "seconds": ("s", "sec", "secs", "second", "seconds"),
    "minutes": ("m", "min", "mins", "minute", "minutes"),
    "hours": ("h", "hr", "hrs", "hour", "hours"),
    "days": ("d", "day", "days"),
    "weeks": ("w", "wk", "wks", "week", "weeks"),
}
_UNITS = {spelling: unit for unit, spellings in _SPELLINGS.items() for spelling in spellings}


class Moment(click.ParamType[str]):
    """ISO 8601, in UTC where it has no zone, or seconds, minutes, hours, days or weeks ago: 90s, 5min, 2 hours."""

    name = "when"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = str(value).strip()
        try:
            if _AGO.fullmatch(text):
                return (datetime.now(UTC) - _span(text)).isoformat()
            found = datetime.fromisoformat(text)
        except (ValueError, OverflowError):
            self.fail(
                f"{text[:60]!r} is no point in time; write 2026-11-30, 2026-11-30T08:00 (UTC), "
                "2026-11-30T08:00+01:00, or how long ago that was: 90s, 15min, 2h, 7 days",
                param,
                ctx,
            )
        return (found if found.tzinfo is not None else found.replace(tzinfo=UTC)).isoformat()


def _span(text: str) -> timedelta:
    """Raises ValueError for a unit that there is not, which an M is: it may be a month to whoever writes it."""
    span = timedelta()
    for number, unit in _PART.findall(text.removesuffix("ago")):
        name = None if unit == "M" else _UNITS.get(unit.lower())
        if name is None:
            raise ValueError(f"There is no unit {unit!r}.")
        span += timedelta(**{name: int(number)})
    return span


def since_option(command: click.decorators.FC) -> click.decorators.FC:
    """--since of a command that lists what happened."""
    return click.option(
        "--since", type=Moment(), help="From then on, such as 2026-11-30T08:00+01:00, or 2h, 5min: ago."
    )(command)


def until_option(command: click.decorators.FC) -> click.decorators.FC:
    """--until of a command that lists what happened."""
    return click.option("--until", type=Moment(), help="Before then.")(command)
