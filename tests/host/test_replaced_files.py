"""Files that are replaced whole, in directories that may be somebody else's."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from zato.host import files
from zato.host.files import write_atomically


@pytest.mark.parametrize("durable", [True, False])
def test_what_somebody_has_put_there_is_not_written_to(tmp_path: Path, durable: bool) -> None:
    precious = tmp_path / "precious"
    precious.write_bytes(b"precious")
    target = tmp_path / "target"
    (tmp_path / ".target.new").symlink_to(precious)
    target.symlink_to(precious)
    write_atomically(target, b"new", mode=0o640, durable=durable)
    assert precious.read_bytes() == b"precious"
    assert (target.is_symlink(), target.read_bytes(), target.stat().st_mode & 0o777) == (False, b"new", 0o640)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["precious", "target"]


def test_only_what_is_worth_something_later_waits_for_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(files.os, "fsync", synced.append)
    write_atomically(tmp_path / "figures", b"", durable=False)
    assert synced == []
    write_atomically(tmp_path / "key", b"")
    assert len(synced) == 1


def test_nobody_reads_it_before_it_has_its_owner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    modes: list[int] = []
    fchown = os.fchown
    monkeypatch.setattr(files.os, "fchown", lambda *given: (modes.append(os.fstat(given[0]).st_mode), fchown(*given)))
    write_atomically(tmp_path / "key", b"", mode=0o640, owner=(os.geteuid(), os.getegid()))
    assert [mode & 0o777 for mode in modes] == [0o600]
