"""The audit log as a table that another program opens."""

from __future__ import annotations

import pytest

from zato.admin.audit.cells import COLUMNS, cells_of


@pytest.mark.parametrize("hostile", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_what_somebody_was_called_is_no_formula(hostile: str) -> None:
    cells = dict(zip(COLUMNS, cells_of({"principal": hostile, "id": 7}), strict=True))
    assert cells["principal"] == f"'{hostile}"
    assert cells["id"] == "7"
    assert cells["detail"] == ""
