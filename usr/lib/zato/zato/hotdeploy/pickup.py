"""One file in the pickup directory: whether it is for us, its content, and what is said about it beside it."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from zato.core.errors import InvalidInput, ZatoError
from zato.core.limits import SOURCE_BYTES_MAX
from zato.core.visible import visible
from zato.host.files import write_atomically

# One byte more than the server takes, which then says so.
_READ_BYTES_MAX = SOURCE_BYTES_MAX + 1
_SUFFIXES = (".py", ".zip")


def wanted(name: str) -> bool:
    """Whether a file of this name is deployed: no hidden files, none that editors keep beside the real one."""
    return name.endswith(_SUFFIXES) and not name.startswith((".", "#", "~"))


def shown(name: str) -> str:
    """The name as text that can be logged, whatever bytes it has."""
    return name.encode("utf-8", "replace").decode("utf-8")


def files(directory: Path) -> Iterator[str]:
    """Names of all files that are for us, sorted."""
    for path in sorted(directory.iterdir()):
        if wanted(path.name):
            yield path.name


def read(path: Path) -> bytes | None:
    """The content; None where there is no such file. Never waits for a writer.

    Raises InvalidInput where it may not be read, is no file, or its name is not text. A link is refused: nobody would
    notice that what it leads to has changed.
    """
    try:
        path.name.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InvalidInput("The file's name is not UTF-8; rename it.", code="deployment-rejected") from error
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise InvalidInput(
                f"{path} is a symbolic link, which is not followed; copy the file itself here.",
                code="deployment-rejected",
            ) from error
        raise InvalidInput(
            f"{path} cannot be read: {error.strerror}. Make it readable for the user that runs Zato.",
            code="deployment-rejected",
        ) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise InvalidInput(f"{path} is no file but a directory or the like.", code="deployment-rejected")
    with os.fdopen(descriptor, "rb") as file:
        return file.read(_READ_BYTES_MAX)


def is_link(path: Path) -> bool:
    """Whether the name was made for something that was there before, symbolic or not: no writer will close it."""
    try:
        found = path.lstat()
    except OSError:
        return False
    return not stat.S_ISREG(found.st_mode) or found.st_nlink > 1


def error_file(path: Path) -> Path:
    """Where the reason for a refusal is written."""
    return path.with_name(f"{path.name}.error")


def write_error(path: Path, error: ZatoError, now: datetime) -> None:
    """Say beside the file why it was refused; the version before it goes on."""
    lines = [f"{shown(path.name)} was not deployed at {now:%Y-%m-%d %H:%M:%S} UTC.", "", error.message, *error.details]
    if error.cid is not None:
        lines += ["", f"Correlation id: {error.cid}"]
    # People look at it by cat: what the file made its error say does nothing to their terminal
    write_atomically(error_file(path), (visible("\n".join(lines)) + "\n").encode("utf-8"), mode=0o644)


def clear_error(path: Path) -> None:
    """Remove what was said about an earlier attempt."""
    error_file(path).unlink(missing_ok=True)
