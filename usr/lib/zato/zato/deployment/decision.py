"""What is to become of a staged deployment. Pure: values in, a decision out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
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


def decide(live_workers: Collection[str], reports: Collection[Report], waited: timedelta) -> Decision:
    """All live workers must have loaded it; one that cannot rejects it everywhere, as does one that is silent.

    `waited` is how long the deployment's turn has lasted. Workers that have ended are not waited for, and what one
    said before it ended still counts.
    """
    for report in sorted(reports, key=lambda report: report.worker):
        if not report.ok:
            return Decision(
                Verdict.REJECT, f"The worker {report.worker} could not load it. {report.reason or ''}".strip()
            )
    missing = sorted(set(live_workers) - {report.worker for report in reports})
    if live_workers and not missing:
        return Decision(Verdict.ACTIVATE)
    if waited >= REPORT_TIME:
        silent = "No worker" if not live_workers else f"Not all workers ({', '.join(missing)} missing)"
        return Decision(Verdict.REJECT, f"{silent} said within {REPORT_TIME.seconds} s that it can be loaded.")
    return Decision(Verdict.WAIT)
