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


def take(directory: Path) -> None:
    """What was somebody else's is root's: nobody changes it any more. Raises OSError where it is not plain files."""
    for path in (directory, *directory.rglob("*")):
        os.chown(path, 0, 0, follow_symlinks=False)
    for path in directory.rglob("*"):
        if not stat.S_ISREG(mode := path.lstat().st_mode) and not stat.S_ISDIR(mode):
            raise OSError(errno.EINVAL, "not a plain file", str(path))


def give(directory: Path, account: Account) -> None:
    """The directory and all in it, which we have just made, is `account`'s from now on."""
    for path in (directory, *directory.rglob("*")):
        os.chown(path, account.uid, account.gid, follow_symlinks=False)
