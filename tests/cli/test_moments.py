"""Points in time are taken in several forms, and shown with their zone."""

from __future__ import annotations

import ast
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest

import zato.cli
from zato.cli.moments import Moment
from zato.cli.output import moment

ELSEWHERE = "2026-11-30T08:00:00.123456+01:00"


@pytest.mark.parametrize("when", [ELSEWHERE, "2026-11-30T07:00:00Z", datetime(2026, 11, 30, 7, tzinfo=UTC)])
def test_a_moment_is_shown_in_utc_and_says_so(when: str | datetime) -> None:
    assert moment(when) == "2026-11-30 07:00:00 UTC"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-30", "2026-11-30T00:00:00+00:00"),
        ("2026-11-30T08:00", "2026-11-30T08:00:00+00:00"),
        ("2026-11-30T08:00Z", "2026-11-30T08:00:00+00:00"),
        ("2026-11-30T08:00+01:00", "2026-11-30T08:00:00+01:00"),
    ],
)
def test_a_moment_without_a_zone_is_in_utc(text: str, expected: str) -> None:
    assert Moment().convert(text, None, None) == expected


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        *[("90s", 90), ("15m", 900), ("2h", 7200), ("7d", 604800), ("1w", 604800)],
        *[("5min", 300), ("30 sec", 30), ("90 seconds", 90), ("1 minute ago", 60), ("2 hours", 7200), ("1 Day", 86400)],
        *[("2H", 7200), ("1h30m", 5400), ("1 hr 5 mins ago", 3900), ("2 weeks", 1209600)],
    ],
)
def test_a_moment_may_be_so_long_ago(text: str, seconds: int) -> None:
    found = datetime.fromisoformat(Moment().convert(text, None, None))
    assert abs(datetime.now(UTC) - found - timedelta(seconds=seconds)) < timedelta(seconds=5)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2026-13-01",
        "999999w",
        "5",
        "5M",
        "3 months",
        "2 h d",
        "h",
        "-5m",
        "ago",
        "5 min " + "1" * 40,
        "٣h",
    ],
)
def test_what_is_no_moment_is_refused_with_what_is(text: str) -> None:
    with pytest.raises(click.BadParameter, match="is no point in time; write 2026-11-30"):
        Moment().convert(text, None, None)


def test_every_time_that_commands_format_themselves_says_its_zone() -> None:
    for path in Path(zato.cli.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr) and re.search(r":%[HY]", text := ast.unparse(node)):
                assert "UTC" in text, (path.name, text)
