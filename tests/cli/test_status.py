"""What the status says of what is kept, as a person sees it."""

from __future__ import annotations

from typing import Any

import pytest

from zato.cli.status import _show_kept

AUDIT = {"what": "audit", "rows": 5, "oldest": "2026-11-24T12:00:00Z", "days": 90}
DEAD = {"what": "dead letters", "rows": 0, "oldest": None, "days": 0}
HISTORY = {"what": "history", "rows": 2, "oldest": None, "days": None}


def shown(capsys: pytest.CaptureFixture[str], **found: Any) -> list[str]:
    _show_kept(found)
    return capsys.readouterr().out.splitlines()


def test_what_is_kept_says_since_when_and_for_how_long(capsys: pytest.CaptureFixture[str]) -> None:
    found = shown(capsys, kept=[AUDIT, DEAD, HISTORY], odb_bytes=5 * 2**20)
    assert found == ["Kept: 5 audit since 2026-11-24 (90 days), 0 dead letters (for ever), 2 history; 5.0 MiB in all"]


def test_wheels_are_told_where_there_are_any_with_what_they_may_take(capsys: pytest.CaptureFixture[str]) -> None:
    for files, expected in (
        (0, []),
        (1, ["1 uploaded wheel: 1.5 of 1024 MiB"]),
        (2, ["2 uploaded wheels: 1.5 of 1024 MiB"]),
    ):
        assert shown(capsys, wheels={"files": files, "size_bytes": 3 * 2**19, "size_bytes_max": 2**30}) == expected


def test_an_earlier_release_and_a_cluster_without_its_odb_tell_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys) == []
    assert shown(capsys, kept=[], odb_bytes=None, wheels=None) == []
