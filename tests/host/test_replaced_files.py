"""Files that are replaced whole, in directories that may be somebody else's."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

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
    monkeypatch.setattr(os, "fsync", synced.append)
    write_atomically(tmp_path / "figures", b"", durable=False)
    assert synced == []
    write_atomically(tmp_path / "key", b"")
    assert len(synced) == 1


def test_nobody_reads_it_before_it_has_its_group_and_nothing_is_changed_once_it_is_given_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root without CAP_FOWNER, as units have it, may not change what is another user's already."""
    done: list[tuple[int, tuple[int, ...]]] = []
    fchown, user, group = os.fchown, os.geteuid(), os.getegid()

    def noted(descriptor: int, *ids: int) -> None:
        done.append((os.fstat(descriptor).st_mode & 0o777, ids))
        fchown(descriptor, *ids)

    monkeypatch.setattr(os, "fchown", noted)
    write_atomically(tmp_path / "ours", b"")
    assert done == []
    write_atomically(tmp_path / "key", b"", mode=0o640, owner=(user, group))
    assert done == [(0o600, (-1, group)), (0o640, (user, -1))]
