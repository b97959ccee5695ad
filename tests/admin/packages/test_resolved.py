"""Exact versions beside what was declared."""

from __future__ import annotations

from zato.admin.packages.resolved import Resolved, resolved_of


def test_what_only_others_need_is_told_apart() -> None:
    lines = ["Phone_Numbers==8.13 --hash=sha256:00", "other==1"]
    assert resolved_of("phone-numbers>=8 --hash=sha256:" + "0" * 64 + "\n", lines) == [
        Resolved("Phone_Numbers", "8.13", "phone-numbers>=8"),
        Resolved("other", "1", ""),
    ]
