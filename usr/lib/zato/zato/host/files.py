"""Files that other processes read at any time, and those that others may put in the place of what is to be read."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

READ_BYTES_MAX = 64 * 1024 * 1024


def open_plain(path: Path, *, follow: bool = False) -> int:
    """A descriptor to read a plain file by; with `follow`, also by way of links.

    Never waits: whoever can put a FIFO or a device there does not hold us up. Raises OSError where it is no plain file.
    """
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW)
    descriptor = os.open(path, flags)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "not a plain file", str(path))
    return descriptor


def read_plain(path: Path, *, follow: bool = False) -> bytes:
    """Its content. Raises OSError where it is no plain file, or an absurdly large one."""
    with os.fdopen(open_plain(path, follow=follow), "rb") as file:
        if os.fstat(file.fileno()).st_size > READ_BYTES_MAX:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(path))
        return file.read(READ_BYTES_MAX)


def write_atomically(
    path: Path, data: bytes, *, mode: int = 0o600, owner: tuple[int, int] | None = None, durable: bool = True
) -> None:
    """Replaces `path` by `data`; a reader sees the old or the new content, also after a power cut.

    It belongs to `owner` (user and group), or to whoever writes it, from the moment when it is there. What is worth
    nothing after a power cut need not be `durable`: then nothing waits for the disk.
    The directory must exist. Raises OSError; a left-over temporary file of a crash is removed the next time.
    """
    temporary = path.with_name(f".{path.name}.new")
    write_anew(temporary, data, mode=mode, owner=owner, durable=durable)
    temporary.replace(path)


def write_anew(path: Path, data: bytes, *, mode: int, owner: tuple[int, int] | None, durable: bool = True) -> None:
    """A new file with these, in the place of whatever has the name. Raises OSError.

    The directory may be somebody else's: nothing that they have put there is written to.
    """
    path.unlink(missing_ok=True)  # it may be `owner`'s already
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode & 0o700)
    with os.fdopen(descriptor, "wb") as file:
        if owner is not None:  # others may be in a unit that has no such system call
            os.fchown(file.fileno(), -1, owner[1])
        os.fchmod(file.fileno(), mode)  # whatever the umask
        if owner is not None:  # last, as root without CAP_FOWNER may not change what is another user's already
            os.fchown(file.fileno(), owner[0], -1)
        file.write(data)
        file.flush()
        if durable:
            os.fsync(file.fileno())
