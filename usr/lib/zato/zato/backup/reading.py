"""A backup's file, opened: whatever it is, and whoever has made it."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from zato.backup import encryption
from zato.backup.archive import Reader
from zato.backup.encryption import DecryptingReader
from zato.core.errors import InvalidInput, SetupError
from zato.host.files import open_plain

_GZIP = b"\x1f\x8b"


@contextmanager
def opened(path: Path, passphrase: bytes | None) -> Iterator[Reader]:
    """Raises InvalidInput where it is no backup, or the passphrase is another one; SetupError where others may change
    it.
    """
    with os.fdopen(open_plain(path, follow=True), "rb") as file:
        _check_owner(path, os.fstat(file.fileno()))
        beginning = file.peek(len(encryption.MAGIC))[: len(encryption.MAGIC)]
        if encryption.is_encrypted(beginning):
            if passphrase is None:
                raise InvalidInput(
                    f"{path} is encrypted; name the file with its passphrase by --passphrase-file.",
                    code="backup-not-decrypted",
                )
            decrypted = io.BufferedReader(DecryptingReader(cast(BinaryIO, file), passphrase), encryption.CHUNK_BYTES)
            yield Reader(cast(BinaryIO, decrypted))
            return
        if not beginning.startswith(_GZIP):
            raise InvalidInput(f"{path} is no backup that `zato backup` has made.", code="backup-invalid")
        yield Reader(cast(BinaryIO, file))


def passphrase_in(path: Path) -> bytes:
    """The first line of a file. Raises SetupError where there is none, or where others can read it."""
    with os.fdopen(open_plain(path, follow=True), "rb") as file:
        if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
            raise SetupError(
                f"{path} can be read by more than its owner; run: chmod 600 {path}", code="passphrase-file"
            )
        line = file.readline(4096).rstrip(b"\r\n")
    if not line:
        raise SetupError(f"{path} has no passphrase: its first line is empty.", code="passphrase-file")
    return line


def _check_owner(path: Path, found: os.stat_result) -> None:
    """Whoever can change a backup has the cluster that is made of it."""
    sudo = os.environ.get("SUDO_UID", "")
    if found.st_uid not in (0, os.geteuid(), *((int(sudo),) if sudo.isdecimal() else ())):
        raise SetupError(
            f"{path} belongs to somebody else, who could have changed it; where that is fine, take it over with: "
            f"chown {os.geteuid()} {path}",
            code="backup-foreign",
        )
    if stat.S_IMODE(found.st_mode) & 0o022:
        raise SetupError(
            f"{path} can be changed by others than its owner; run: chmod 600 {path}", code="backup-foreign"
        )
