"""Files change hands only where that is safe."""

from __future__ import annotations

import grp
import os
import pwd
import stat
from pathlib import Path

import pytest

from zato.appliance import owners
from zato.appliance.owners import Owner
from zato.core.errors import SetupError

ME = Owner(pwd.getpwuid(os.geteuid()).pw_name, grp.getgrgid(os.getegid()).gr_name)


def test_a_directory_is_made_with_its_mode_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        owners.directory(tmp_path / "made", ME, 0o2775)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "made").stat().st_mode) == 0o2775


def test_a_file_is_made_with_its_mode_and_left_alone_where_something_is(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        owners.file(tmp_path / "made", ME, 0o660)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "made").stat().st_mode) == 0o660
    (tmp_path / "made").write_text("kept")
    (tmp_path / "made").chmod(0o600)
    owners.file(tmp_path / "made", ME, 0o660)
    assert (stat.S_IMODE((tmp_path / "made").stat().st_mode), (tmp_path / "made").read_text()) == (0o600, "kept")
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    owners.file(tmp_path / "link", ME, 0o660)
    assert not (tmp_path / "elsewhere").exists()


def test_a_link_is_not_followed_to_what_belongs_to_somebody_else(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.touch(mode=0o600)
    link = tmp_path / "link"
    link.symlink_to(target)
    with pytest.raises(OSError, match="symbolic links"):
        owners.give(link, ME, 0o644)
    with pytest.raises(SetupError, match="link is to be a directory"):
        owners.directory(link, ME, 0o755)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


@pytest.mark.timeout(20)
def test_what_was_put_in_the_place_of_a_file_or_directory_holds_nobody_up(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o600)
    with pytest.raises(OSError, match="not a plain file"):
        owners.give(pipe, ME, 0o644)
    with pytest.raises(SetupError, match="pipe is to be a directory"):
        owners.directory(pipe, ME, 0o755)
    assert stat.S_IMODE(pipe.stat().st_mode) == 0o600


def test_a_user_that_is_not_there_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"no user 'zato-nobody'.*systemd-sysusers"):
        owners.directory(tmp_path, Owner("zato-nobody", ME.group), 0o755)
