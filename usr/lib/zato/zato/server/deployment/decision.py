"""What is to become of a staged deployment. Pure: values in, a decision out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from zato.odb.deployments import Report

REPORT_TIME = timedelta(seconds=10)


class Verdict(StrEnum):
    """Wait for more reports, let it become active, or reject it."""

    WAIT = "wait"
    ACTIVATE = "activate"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Decision:
    """`reason` is a sentence where the verdict is to reject."""

    verdict: Verdict
    reason: str | None = None


def decide(created: datetime, live_workers: Collection[str], reports: Collection[Report], now: datetime) -> Decision:
    """All live workers must have loaded it; one that cannot rejects it everywhere, as does one that is silent."""
    for report in reports:
        if not report.ok:
            return Decision(Verdict.REJECT, f"{report.worker} could not load it: {report.reason}")
    missing = sorted(set(live_workers) - {report.worker for report in reports})
    if not missing and live_workers:
        return Decision(Verdict.ACTIVATE)
    if now - created > REPORT_TIME:
        silent = ", ".join(missing) or "no worker"
        return Decision(Verdict.REJECT, f"{silent} did not say within {REPORT_TIME.seconds} s whether it can load it.")
    return Decision(Verdict.WAIT)
