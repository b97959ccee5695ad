"""Which servers start with the machine: what systemd goes by, links in directories of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from zato.appliance import units


def test_servers_that_are_enabled_are_found_by_their_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(units, "_ENABLED", tmp_path)
    assert units.enabled_servers() == []
    for name in ("zato-server@12.service", "zato-server@3.service", "zato-listener@4.service", "zato-server@x.service"):
        link = tmp_path / "zato.target.wants" / name
        link.parent.mkdir(exist_ok=True)
        link.symlink_to("/usr/lib/systemd/system/zato-server@.service")
    assert units.enabled_servers() == [3, 12]
