"""What a page was asked for by its address."""

from __future__ import annotations

from datetime import UTC, datetime

from zato.admin.filters import address, given, moment_of

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)


def test_only_what_says_something_is_a_filter() -> None:
    assert given({"q": " a ", "level": "", "other": "x"}, ("q", "level")) == {"q": "a"}


def test_a_time_is_a_span_or_a_moment_or_left_to_be_refused() -> None:
    assert moment_of("10m", NOW) == "2026-12-01T11:50:00+00:00"
    assert moment_of("2026-11-30T13:00", NOW) == "2026-11-30T13:00:00+00:00"
    assert moment_of("2026-11-30T13:00+02:00", NOW) == "2026-11-30T13:00:00+02:00"
    assert moment_of("yesterday", NOW) == "yesterday"


def test_an_address_has_the_filters_and_what_changes() -> None:
    assert address({"q": "a b"}, before=7) == "?q=a+b&before=7"
    assert address({"q": "x", "follow": "yes"}, follow=None) == "?q=x"
