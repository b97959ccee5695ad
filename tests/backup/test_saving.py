"""What is saved, where, and what is not."""

from __future__ import annotations

import subprocess
import sys
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from backup.conftest import NOW, everything, quiet
from zato.backup import parts, saving
from zato.backup import workspace as backup_workspace
from zato.backup.saving import save
from zato.core.errors import Conflict, SetupError
from zato.host.children import Account
from zato.host.layout import Layout


def test_a_file_that_could_not_be_restored_is_not_saved(layout: Layout, tmp_path: Path) -> None:
    odd = layout.pki / "clients" / "Partner Müller.crt"
    odd.parent.mkdir(exist_ok=True)
    odd.write_bytes(layout.ca_certificate.read_bytes())
    try:
        with pytest.raises(SetupError, match="can be called 'Partner Müller") as caught:
            save(layout, tmp_path / "b", NOW, quiet)
    finally:
        odd.unlink()
    assert caught.value.code == "backup-name"
    assert everything(tmp_path) == []


def test_a_file_that_is_there_is_replaced_where_that_was_said(layout: Layout, tmp_path: Path) -> None:
    target = tmp_path / "b"
    target.write_bytes(b"precious")
    with pytest.raises(Conflict, match="--overwrite") as caught:
        save(layout, target, NOW, quiet)
    assert caught.value.code == "backup-exists"
    assert target.read_bytes() == b"precious"
    save(layout, target, NOW, quiet, overwrite=True)
    assert target.read_bytes()[:2] == b"\x1f\x8b"
    assert target.stat().st_mode & 0o777 == 0o600
    assert everything(tmp_path) == ["b"]


def test_keys_are_not_laid_out_where_somebody_else_could_exchange_the_directory(
    layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places: list[Path] = []

    def workspace(parent: Path, prefix: str, account: Account | None) -> AbstractContextManager[Path]:
        places.append(parent)
        return backup_workspace.workspace(parent, prefix, account)

    monkeypatch.setattr(saving, "workspace", workspace)
    for mode in (0o700, 0o777):
        tmp_path.chmod(mode)
        save(layout, tmp_path / "b", NOW, quiet, overwrite=True)
    assert places == [tmp_path, Path("/var/tmp")]
    assert everything(tmp_path) == ["b"]


@pytest.mark.parametrize("bytes_max", [60_000, 4_000_000])
def test_a_full_disk_leaves_nothing(layout: Layout, tmp_path: Path, bytes_max: int) -> None:
    command = ["prlimit", f"--fsize={bytes_max}", sys.executable, "-m", "zato.cli.main", "--home", str(layout.root)]
    done = subprocess.run([*command, "backup", str(tmp_path / "b")], capture_output=True, text=True, check=False)
    if bytes_max == 4_000_000:  # there was room
        assert done.returncode == 0, done.stderr
        assert everything(tmp_path) == ["b"]
        return
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert everything(tmp_path) == []


def test_every_part_has_a_name_of_its_own_and_settings_come_last() -> None:
    names = [part.name for part in parts.PARTS]
    assert len(set(names)) == len(names)
    assert names[-1] == "settings"
