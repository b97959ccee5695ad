"""A file that a program keeps up to date and that people edit at the same time."""

from __future__ import annotations

import ctypes
import errno
import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from zato.host.files import open_plain, read_plain, write_anew

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_MODE = 0o640


class _Access(NamedTuple):
    mode: int
    user: int
    group: int


@dataclass(frozen=True, slots=True)
class Seen:
    """What tells one state of a file from another without reading it."""

    device: int
    inode: int
    size: int
    modified_ns: int
    changed_ns: int
    owner: int

    @property
    def user(self) -> str:
        """Name of the user that the file belongs to."""
        try:
            return pwd.getpwuid(self.owner).pw_name
        except KeyError:
            return f"user {self.owner}"


class EditedFile:
    """Replaces the file's content and loses no edit of others, whether they wrote in place or moved a file there."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._displaced: tuple[int, bytes] | None = None

    def seen(self) -> Seen | None:
        """The file as it is now; None where it is not there or is no plain file."""
        try:
            found = self.path.lstat()
        except FileNotFoundError:
            return None
        if not stat.S_ISREG(found.st_mode):
            return None
        return Seen(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_uid)

    def read(self) -> bytes | None:
        """Its content; None where it is not there. Raises OSError where it is a link or no plain file."""
        try:
            return read_plain(self.path)
        except FileNotFoundError:
            return None

    def replace(self, expected: bytes | None, content: bytes) -> bool:
        """Replaces `expected` by `content`. Returns False, and does nothing, where the file has other content by now.

        Permissions stay. Where root does this, the owner stays too, and a new file is the directory's owner's.
        """
        candidate = self.path.with_name(f".{self.path.name}.new")
        _write(candidate, content, self._like())
        if expected is None:
            try:
                os.link(candidate, self.path)
            except FileExistsError:
                return False
            finally:
                candidate.unlink()
            return True
        try:
            _exchange(candidate, self.path)
        except FileNotFoundError:
            candidate.unlink()
            return False
        if read_plain(candidate) != expected:
            _exchange(candidate, self.path)
            candidate.unlink()
            return False
        # Whoever has opened the file to write in place, and has not done so yet, writes to the one that was here
        self._forget()
        self._displaced = (open_plain(candidate), expected)
        candidate.unlink()
        return True

    def take_late(self, expected: bytes) -> bool:
        """Saves an edit that was written in place to the file that `replace` took away: it replaces `expected`.

        Returns False where there is no such edit, and where the file is not `expected` by now: the next call tries
        again.
        """
        if self._displaced is None:
            return False
        descriptor, known = self._displaced
        content = os.pread(descriptor, os.fstat(descriptor).st_size, 0)
        if content == known:
            return False
        self._displaced = None  # its writer may have more to write: it is watched further
        if not self.replace(expected, content):
            self._displaced = (descriptor, known)
            return False
        self._forget()
        self._displaced = (descriptor, content)
        return True

    def _like(self) -> _Access:
        try:
            found = self.path.lstat()
        except FileNotFoundError:
            found = self.path.parent.stat()
            return _Access(_MODE, found.st_uid, found.st_gid)
        return _Access(stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid)

    def _forget(self) -> None:
        if self._displaced is not None:
            os.close(self._displaced[0])
            self._displaced = None


def _write(path: Path, content: bytes, access: _Access) -> None:
    owner = (access.user, access.group) if os.geteuid() == 0 else None
    write_anew(path, content, mode=access.mode, owner=owner)


def _exchange(one: Path, other: Path) -> None:
    """Both are there at any moment, each under one of the names (renameat2(2))."""
    call = ctypes.CDLL(None, use_errno=True).renameat2
    if call(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE):
        number = ctypes.get_errno()
        if number != errno.EINVAL:
            raise OSError(number, os.strerror(number), str(one))
        # A file system without that: there is a moment in which an edit would be lost
        saved = read_plain(other)
        found = other.lstat()
        one.replace(other)
        _write(one, saved, _Access(stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid))
