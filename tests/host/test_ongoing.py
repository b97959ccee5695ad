"""What goes on failing is said once."""

from __future__ import annotations

from typing import Any

from zato.host.ongoing import Ongoing


class Log:
    def __init__(self) -> None:
        self.lines: list[tuple[str, str | None]] = []

    def warning(self, event: str, **more: Any) -> None:
        self.lines.append((event, more.get("reason")))

    def info(self, event: str, **more: Any) -> None:
        self.lines.append((event, None))


def test_a_failure_is_said_when_it_begins_changes_and_ends() -> None:
    log: Any = Log()
    now = 100.0
    beating = Ongoing(log, "failed", "over", steady_seconds=5, clock=lambda: now)
    beating.went_well()
    for _ in range(3):
        beating.failed("The disk is full, 17 bytes are missing.")
        beating.failed("The disk is full, 2311 bytes are missing.")
    beating.failed("The disk is read-only.")
    beating.went_well()
    assert beating.ongoing, "it may be for once"
    now += 5
    beating.went_well()
    beating.went_well()
    beating.failed("The disk is read-only.")
    assert log.lines == [
        ("failed", "The disk is full, 17 bytes are missing."),
        ("failed", "The disk is read-only."),
        ("over", None),
        ("failed", "The disk is read-only."),
    ]
