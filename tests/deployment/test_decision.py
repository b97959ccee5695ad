"""What becomes of a staged deployment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from zato.deployment.decision import REPORT_TIME, Verdict, decide
from zato.odb.deployments import Report

AT = datetime(2026, 11, 24, tzinfo=UTC)
SHORT = timedelta(seconds=1)


def ok(worker: str) -> Report:
    return Report(worker, True, None, AT)


def failed(worker: str, reason: str = "shop.py:3: no.") -> Report:
    return Report(worker, False, reason, AT)


@pytest.mark.parametrize(
    ("live", "reports", "waited", "verdict"),
    [
        (["a", "b"], [], SHORT, Verdict.WAIT),
        (["a", "b"], [ok("a")], SHORT, Verdict.WAIT),
        (["a", "b"], [ok("a"), ok("b")], SHORT, Verdict.ACTIVATE),
        (["a"], [ok("a"), ok("ended")], SHORT, Verdict.ACTIVATE),
        (["a", "b"], [ok("a"), failed("b")], SHORT, Verdict.REJECT),
        (["a", "b"], [failed("b")], SHORT, Verdict.REJECT),
        (["a"], [ok("a"), failed("ended")], SHORT, Verdict.REJECT),
        (["a", "b"], [ok("a")], REPORT_TIME, Verdict.REJECT),
        (["a", "b"], [ok("a"), ok("b")], REPORT_TIME, Verdict.ACTIVATE),
        ([], [], SHORT, Verdict.WAIT),
        ([], [ok("ended")], SHORT, Verdict.WAIT),
        ([], [], REPORT_TIME, Verdict.REJECT),
    ],
)
def test_it_is_activated_when_all_live_workers_have_it_and_rejected_when_one_cannot(
    live: list[str], reports: list[Report], waited: timedelta, verdict: Verdict
) -> None:
    assert decide(live, reports, waited).verdict is verdict


def test_a_rejection_names_the_worker_and_its_reason() -> None:
    reason = decide(["a", "b"], [failed("b", "shop.py:3: It raises KeyError."), ok("a")], SHORT).reason
    assert reason == "The worker b could not load it. shop.py:3: It raises KeyError."


def test_a_rejection_for_silence_names_who_is_silent() -> None:
    assert "b, c missing" in (decide(["c", "a", "b"], [ok("a")], REPORT_TIME).reason or "")
