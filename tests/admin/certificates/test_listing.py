"""What needs somebody comes first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from zato.admin.certificates.listing import shown

NOW = datetime(2026, 12, 1, tzinfo=UTC)


def certificate(name: str, begins: int, ends: int, *, due: bool = False) -> dict[str, Any]:
    def at(days: int) -> str:
        return (NOW + timedelta(days=days)).isoformat()

    return {"name": name, "not_before": at(begins), "not_after": at(ends), "due": due}


def test_each_has_a_word_and_the_worst_comes_first() -> None:
    found = shown(
        [
            certificate("later", -1, 80),
            certificate("ca", -1, 60),
            certificate("zato-public", -60, 10, due=True),
            certificate("gone", -90, 0, due=True),
            certificate("early", 1, 90, due=True),
        ],
        NOW,
    )
    assert [(each.certificate["name"], each.state, each.word) for each in found] == [
        ("gone", "bad", "Expired"),
        ("early", "bad", "Not valid yet"),
        ("zato-public", "warn", "Renewal is due"),
        ("ca", "ok", "Valid"),
        ("later", "ok", "Valid"),
    ]
    assert found[2].renewal == "By its issuer"
