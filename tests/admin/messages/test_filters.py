"""Filters of dead letters, as addresses and forms have them."""

from __future__ import annotations

from zato.admin.messages.filters import as_seen, filters_of, in_form


def test_what_is_empty_is_no_condition() -> None:
    assert filters_of({"service": " ", "q": "refused ", "more": "yes"}) == {"q": "refused"}


def test_a_moment_without_a_zone_is_utc() -> None:
    found = filters_of({"since": "2026-02-03T04:05", "until": "2026-02-03T04:05:06+02:00"})
    assert found == {"since": "2026-02-03T04:05:00+00:00", "until": "2026-02-03T04:05:06+02:00"}
    assert in_form(found) == {"since": "2026-02-03T04:05:00", "until": "2026-02-03T02:05:06"}


def test_what_is_no_moment_is_left_for_the_cluster_to_refuse() -> None:
    assert filters_of({"since": "yesterday"}) == {"since": "yesterday"}
    assert in_form({"since": "yesterday"}) == {"since": "yesterday"}


def test_what_is_given_up_after_somebody_looked_is_not_meant() -> None:
    letters = [{"died": "2026-02-03T04:05:06.700000+00:00"}, {"died": "2026-02-03T04:05:05+00:00"}]
    assert as_seen({"q": "x"}, letters) == {"q": "x", "until": "2026-02-03T04:05:06.700001+00:00"}
    assert as_seen({"q": "x"}, []) == {"q": "x"}
