"""Zip files from outside: read with limits, and nothing in them can point outside of them."""

from __future__ import annotations

import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from types import MappingProxyType

from zato.deployment.loader.refusal import DeploymentRefused, refuse

ENTRIES_MAX = 1_000
TOTAL_BYTES_MAX = 20 * 1024 * 1024
_CHUNK_BYTES = 64 * 1024
_ENCRYPTED = 0x1
_DRIVE = re.compile(r"^[A-Za-z]:")
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, LookupError, OSError, OverflowError, struct.error)
_IGNORED = frozenset({"__MACOSX", "__pycache__"})


def read_archive(
    file_name: str, data: bytes, needs: Callable[[int], None] = lambda _number: None
) -> Mapping[str, bytes]:
    """The archive's files by path, "shop/orders.py". Raises DeploymentRefused for a damaged or a hostile one.

    Sizes are counted while inflating: what the archive says of itself is not believed. Directories, dot files,
    `__pycache__` and `__MACOSX` are left out. `needs` is told how many bytes they may take, before they do.
    """
    if data.count(b"PK\x01\x02") > 4 * ENTRIES_MAX:  # before anything is allocated for each of them
        raise _too_many(file_name)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _read(file_name, archive, needs)
    except DeploymentRefused:
        raise
    except _DAMAGED as error:
        raise refuse(
            "archive-damaged",
            f"{file_name} is not a whole zip file: {error}. Was it copied completely?",
            file_name,
        ) from error
    except (NotImplementedError, RuntimeError) as error:
        raise refuse("archive-unsupported", f"{file_name} cannot be read: {error}.", file_name) from error


def _read(file_name: str, archive: zipfile.ZipFile, needs: Callable[[int], None]) -> Mapping[str, bytes]:
    infos = archive.infolist()
    if len(infos) > ENTRIES_MAX:
        raise _too_many(file_name)
    # No more comes of an entry than it says of itself: zipfile stops there
    needs(min(TOTAL_BYTES_MAX, sum(info.file_size for info in infos)))
    files: dict[str, bytes] = {}
    room = TOTAL_BYTES_MAX
    for info in infos:
        path = _safe_path(file_name, info)
        if info.is_dir() or any(part in _IGNORED or part.startswith(".") for part in path.split("/")):
            continue
        if path in files:
            raise refuse("archive-unsafe", f"{file_name} has two entries named {path!r}.", file_name)
        files[path] = content = _inflate(file_name, archive, info, room)
        room -= len(content)
    return MappingProxyType(files)


def _too_many(file_name: str) -> DeploymentRefused:
    return refuse("archive-too-large", f"{file_name} has more than {ENTRIES_MAX:,} entries.", file_name)


def _safe_path(file_name: str, info: zipfile.ZipInfo) -> str:
    """The entry's path. `orig_filename` is looked at, because zipfile has already tidied up `filename`."""
    path = info.orig_filename
    parts = path.rstrip("/").split("/")
    unsafe = (
        "\\" in path
        or _DRIVE.match(path) is not None
        or any(part in {"", ".", ".."} for part in parts)
        or not path.isprintable()
    )
    if unsafe:
        raise refuse(
            "archive-unsafe",
            f"{file_name} has an entry whose path leaves the archive or is not a plain path: {path[:120]!r}.",
            file_name,
        )
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise refuse(
            "archive-unsafe", f"{file_name} has {path[:120]!r}, which is a link or a device, not a file.", file_name
        )
    if info.flag_bits & _ENCRYPTED:
        raise refuse("archive-unsupported", f"{file_name} is encrypted; deploy it without a password.", file_name)
    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise refuse("archive-unsupported", f"{file_name} is not compressed by deflate, as zip files are.", file_name)
    return path.rstrip("/")


def _inflate(file_name: str, archive: zipfile.ZipFile, info: zipfile.ZipInfo, room: int) -> bytes:
    parts: list[bytes] = []
    with archive.open(info) as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            room -= len(chunk)
            if room < 0:
                raise refuse(
                    "archive-too-large",
                    f"{file_name} unpacks to more than {TOTAL_BYTES_MAX // 2**20} MiB.",
                    file_name,
                )
            parts.append(chunk)
    return b"".join(parts)
