"""Directories that change hands between root and the servers' user, who may be up to something meanwhile."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from zato.backup.workspace import give, is_ours, take
from zato.host.children import Account

SERVERS = Account(4711, 4711)


def test_a_directory_is_ours_where_nobody_else_can_move_what_is_in_it(tmp_path: Path) -> None:
    here = tmp_path / "a" / "b"
    here.mkdir(parents=True)
    assert is_ours(here)
    for above in (here, here.parent):
        above.chmod(0o777)
        assert not is_ours(here)
        above.chmod(0o1777)
        assert is_ours(here)
    if os.geteuid() == 0:
        os.chown(here.parent, SERVERS.uid, SERVERS.gid)
        assert not is_ours(here)
        (tmp_path / "link").symlink_to(here)
        assert not is_ours(tmp_path / "link")


def test_what_is_given_leads_nowhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own, others = tmp_path / "part", tmp_path / "etc"
    for directory in (own / "1", others):
        directory.mkdir(parents=True)
        (directory / "shadow").write_text("x", encoding="utf-8")
    given: list[str] = []

    def chown(path: Path, uid: int, gid: int, *, follow_symlinks: bool) -> None:
        assert (uid, gid, follow_symlinks) == (4711, 4711, False)
        given.append(os.path.realpath(path))
        if path == own and not (own / "1").is_symlink():  # from now on it is theirs, and they are quick
            (own / "1").rename(own / "aside")
            (own / "1").symlink_to(others)

    monkeypatch.setattr(os, "chown", chown)
    give(own, SERVERS)
    assert given == [str(own / "1" / "shadow"), str(own / "1"), str(own)]


def test_what_is_taken_is_closed_whatever_its_mode_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "part"
    (own / "1").mkdir(parents=True)
    (own / "1" / "file").write_text("x", encoding="utf-8")
    for directory in (own, own / "1"):
        directory.chmod(0o777)
    taken: list[Path] = []
    monkeypatch.setattr(os, "chown", lambda path, *_, **__: taken.append(path))
    take(own)
    assert taken == [own, own / "1", own / "1" / "file"]
    assert [directory.stat().st_mode & 0o777 for directory in (own, own / "1")] == [0o700, 0o700]
    (own / "1" / "link").symlink_to("/etc/shadow")
    with pytest.raises(OSError, match="not a plain file"):
        take(own)
