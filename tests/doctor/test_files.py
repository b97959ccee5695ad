"""What zato doctor says of files that people edit."""

from __future__ import annotations

from pathlib import Path

from zato.doctor.files import check_settings
from zato.host.layout import Layout


def test_levels_of_loggers_that_cannot_be_used_are_found(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    assert list(check_settings(layout, [])) == []
    layout.logging.write_text('[levels]\n"orders.new" = "info"\n')
    assert list(check_settings(layout, [])) == []
    layout.logging.write_text('[levels]\n"orders.new" = "loud"\n')
    (finding,) = check_settings(layout, [])
    assert "levels.orders.new: expected one of 'debug'" in finding.problem
    assert str(layout.logging) in finding.remedy
