"""The form of a backup: a compressed tar (ustar) of plain files, which `tar -tzf` lists.

Whoever reads one may have got it from anybody. What decides is the manifest, which is the first member: nothing but the
files that it names is written, each of its size, under names of ours. Owners, modes and kinds other than those that we
write are refused, and a header is never longer than its 512 bytes, so nothing takes memory or room that was not agreed.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from zato.backup import manifest as manifests
from zato.backup.manifest import MANIFEST_BYTES_MAX, Manifest, Member
from zato.core.errors import InvalidInput
from zato.host.files import open_plain

_BLOCK = 512
_CHUNK = 256 * 1024
_LEVEL = 6
_MODE = 0o600


def measured(root: Path, name: str) -> Member:
    """What the manifest says of the file at `root / name`."""
    digest = hashlib.sha256()
    size = 0
    with os.fdopen(open_plain(root / name), "rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return Member(name, size, digest.hexdigest())


def write(target: BinaryIO, manifest: Manifest, sources: dict[str, Path]) -> None:
    """All members, each from its place, after the manifest. Raises OSError."""
    with gzip.GzipFile(filename="", fileobj=target, mode="wb", compresslevel=_LEVEL, mtime=0) as packed:
        archive = cast(BinaryIO, packed)
        at = int(manifest.created.timestamp())
        document = manifests.encode(manifest)
        archive.write(_header(manifests.NAME, len(document), at))
        archive.write(document)
        archive.write(_padding(len(document)))
        for member in manifest.members:
            archive.write(_header(member.name, member.size_bytes, at))
            with os.fdopen(open_plain(sources[member.name]), "rb") as file:
                left = member.size_bytes
                while left and (chunk := file.read(min(_CHUNK, left))):
                    archive.write(chunk)
                    left -= len(chunk)
            if left:
                raise OSError(f"{member.name} has become shorter while it was read")
            archive.write(_padding(member.size_bytes))
        archive.write(bytes(2 * _BLOCK))


class Reader:
    """Reads an archive once, from its beginning."""

    def __init__(self, source: BinaryIO) -> None:
        self._archive = cast(BinaryIO, gzip.GzipFile(fileobj=source, mode="rb"))

    def manifest(self) -> Manifest:
        """To be read first. Raises InvalidInput where this is no backup, or one of a newer release."""
        found = self._next()
        if found is None or found.name != manifests.NAME or found.size > MANIFEST_BYTES_MAX:
            raise _invalid("it does not begin with a manifest")
        data = b"".join(self._content(found.size))
        return manifests.decode(data)

    def extract(self, manifest: Manifest, directory: Path) -> None:
        """Every file of the manifest is in `directory`, its hash checked. Raises InvalidInput, OSError."""
        expected = {member.name: member for member in manifest.members}
        while (found := self._next()) is not None:
            member = expected.pop(found.name, None)
            if member is None or member.size_bytes != found.size:
                raise _invalid(f"{found.name!r} is not in its manifest, or is another one there")
            path = directory / member.name
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            digest = hashlib.sha256()
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, _MODE)
            with os.fdopen(descriptor, "wb") as file:
                for chunk in self._content(found.size):
                    digest.update(chunk)
                    file.write(chunk)
            if digest.hexdigest() != member.sha256:
                raise _invalid(f"{member.name!r} has another hash than its manifest says")
        if expected:
            raise _invalid(f"{', '.join(sorted(expected)[:3])} is missing; the file may have been cut off")

    def _next(self) -> tarfile.TarInfo | None:
        block = self._exactly(_BLOCK)
        if block == bytes(_BLOCK):
            return None
        try:
            # Its header alone: what tarfile itself reads further for other kinds of members has no bound
            found = tarfile.TarInfo.frombuf(block, "utf-8", "strict")
        except (tarfile.TarError, UnicodeDecodeError) as error:
            raise _invalid("it is no tar archive") from error
        if found.type not in (tarfile.REGTYPE, tarfile.AREGTYPE):
            raise _invalid(f"{found.name!r} is no plain file")
        if (found.uid, found.gid, found.mode) != (0, 0, _MODE):
            raise _invalid(f"{found.name!r} has an owner or a mode that backups do not have")
        if found.size < 0:  # GNU's form of a number has a sign, and to read fewer bytes than none is to read them all
            raise _invalid(f"{found.name!r} has a size that no file has")
        return found

    def _content(self, size: int) -> Iterator[bytes]:
        left = size
        while left:
            chunk = self._exactly(min(_CHUNK, left))
            left -= len(chunk)
            yield chunk
        self._exactly(len(_padding(size)))

    def _exactly(self, size: int) -> bytes:
        try:
            data = self._archive.read(size)
        except (gzip.BadGzipFile, zlib.error, EOFError) as error:
            raise _invalid("it is damaged or was cut off") from error
        if len(data) != size:
            raise _invalid("it was cut off")
        return data


def _header(name: str, size: int, at: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.mode = size, at, _MODE
    return info.tobuf(tarfile.GNU_FORMAT if size >= 8**11 else tarfile.USTAR_FORMAT)


def _padding(size: int) -> bytes:
    return bytes(-size % _BLOCK)


def _invalid(why: str) -> InvalidInput:
    return InvalidInput(f"The file is no backup that can be restored: {why}.", code="backup-invalid")
