"""Directories in which a backup is put together, or taken apart, and that nobody else can look into."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from zato.host.children import Account


@contextmanager
def workspace(parent: Path, prefix: str, account: Account | None) -> Iterator[Path]:
    """A new directory in `parent`, gone at the end. Where parts of it are `account`'s, that one can pass through it."""
    directory = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
    try:
        if account is not None:
            directory.chmod(0o711)
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def is_ours(directory: Path) -> bool:
    """Whether nobody else can put a directory of theirs in the place of one that is made there.

    The root directory is not looked at: it belongs to nobody known where users are mapped.
    """
    place = directory.resolve()
    return all(_is_ours(each.stat()) for each in (place, *place.parents) if each != Path("/"))


def _is_ours(found: os.stat_result) -> bool:
    closed = bool(found.st_mode & stat.S_ISVTX) or not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return closed and found.st_uid in (0, os.geteuid())


def take(directory: Path) -> None:
    """What was somebody else's is root's: nobody puts anything else there any more.

    From above: each directory is closed before it is looked into, whatever its mode was and whoever has it open.
    Raises OSError where it is not plain files.
    """
    os.chown(directory, 0, 0, follow_symlinks=False)
    directory.chmod(0o700)
    for path in directory.iterdir():
        mode = path.lstat().st_mode
        if stat.S_ISDIR(mode):
            take(path)
        elif stat.S_ISREG(mode):
            os.chown(path, 0, 0, follow_symlinks=False)
        else:
            raise OSError(errno.EINVAL, "not a plain file", str(path))


def give(directory: Path, account: Account) -> None:
    """The directory and all in it, which we have just made, is `account`'s from now on.

    From below: until the last step nobody else can enter it, and have a link lead us somewhere else.
    """
    for path in (*reversed([*directory.rglob("*")]), directory):
        os.chown(path, account.uid, account.gid, follow_symlinks=False)
