"""Who is refused by the balancer is seen where an operator looks: in the doctor, and beside the servers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from zato.cli.balancer import show_limits
from zato.doctor.limits import check
from zato.host.edge_figures import LIMITS, EdgeFigures, store
from zato.host.layout import Layout

NOW = datetime(2026, 11, 30, 3, 0, tzinfo=UTC)


def problems(layout: Layout, now: datetime, **at_limits: int) -> list[str]:
    layout.edge_figures.parent.mkdir(parents=True, exist_ok=True)
    store(layout.edge_figures, EdgeFigures(at=NOW.timestamp(), limited={}, at_limits=at_limits))
    return [finding.problem for finding in check(layout, now)]


def test_sources_at_a_limit_are_told_with_the_setting(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    assert list(check(layout, NOW)) == []  # no balancer here
    assert problems(layout, NOW, source_requests_max=0) == []
    (problem,) = problems(layout, NOW, source_requests_max=1)
    assert problem.startswith("One source has all the requests in progress that one may have (source_requests_max of ")
    assert len(problems(layout, NOW, source_requests_max=2, source_connections_max=3)) == 2
    # An agent that is away says nothing about now
    assert problems(layout, NOW + timedelta(minutes=1), source_requests_max=1) == []


def test_what_was_limited_is_shown_with_what_changes_that(capsys: pytest.CaptureFixture[str]) -> None:
    sentence = "10.0.0.7 has 1250 of 1250 that one source may have (source_requests_max)."
    show_limits({"at_limits": [sentence], "limited": {**dict.fromkeys(LIMITS, 0), "requests": 7, "of a later one": 1}})
    assert capsys.readouterr().out.splitlines() == [
        f"At a limit: {sentence}",
        "Limited since HAProxy's last reload: 7 requests beyond those that one source may have in progress "
        "(source_requests_max of the balancer)",
        "Limited since HAProxy's last reload: 1 of a later one",
    ]
    show_limits({})  # of a release that does not tell
    assert capsys.readouterr().out == ""
