"""One at a time, whoever it is, and for how long the others wait."""

from __future__ import annotations

from pathlib import Path

import pytest

from zato.host.locks import exclusive


def test_who_does_not_want_to_wait_for_long_is_told(tmp_path: Path) -> None:
    with exclusive(tmp_path), pytest.raises(TimeoutError), exclusive(tmp_path, seconds=0.0):
        pass
    with exclusive(tmp_path, seconds=0.0):
        pass
    with exclusive(tmp_path):
        pass
