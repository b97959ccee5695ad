"""The form of backups: what was written is read, and nothing else is."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import tarfile
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from backup.conftest import NOW
from zato.backup import archive, manifest
from zato.backup.archive import Reader
from zato.backup.manifest import Manifest, Member
from zato.backup.workspace import take
from zato.core.errors import InvalidInput

CONTENT = b"secret" * 1000
NAME = "keys/pki/ca.key"
MANIFEST = Manifest(
    format=1,
    release="4.1.0",
    cluster="zato",
    kind="quickstart",
    created=NOW,
    database="sqlite",
    odb_version="0005",
    revision=7,
    servers=(1,),
    members=(Member(NAME, len(CONTENT), hashlib.sha256(CONTENT).hexdigest()),),
    counts={},
    tables={},
    not_included=(),
)


def packed(*members: tuple[tarfile.TarInfo, bytes]) -> io.BytesIO:
    """As whoever wants may pack it: with all that tarfile can write."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for info, data in members:
            tar.addfile(info, io.BytesIO(data))
    return io.BytesIO(gzip.compress(raw.getvalue()))


def info(name: str = NAME, size: int = len(CONTENT), **more: object) -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.size, made.mode = size, 0o600
    for key, value in more.items():
        setattr(made, key, value)
    return made


def heading(of: Manifest = MANIFEST) -> tuple[tarfile.TarInfo, bytes]:
    data = manifest.encode(of)
    return info(manifest.NAME, len(data)), data


def extracted(source: io.BytesIO, directory: Path) -> None:
    reader = Reader(source)
    reader.extract(reader.manifest(), directory)


def test_what_was_written_is_read(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(CONTENT)
    target = io.BytesIO()
    archive.write(target, MANIFEST, {NAME: tmp_path / "key"})
    target.seek(0)
    extracted(target, tmp_path / "out")
    assert (tmp_path / "out" / NAME).read_bytes() == CONTENT
    assert (tmp_path / "out" / NAME).stat().st_mode & 0o777 == 0o600
    target.seek(0)
    with tarfile.open(fileobj=target) as tar:  # anybody's tar lists it
        assert tar.getnames() == [manifest.NAME, NAME]


HOSTILE: dict[str, Callable[[], io.BytesIO]] = {
    "leads upwards": lambda: packed(heading(), (info("../../etc/passwd"), CONTENT)),
    "is absolute": lambda: packed(heading(), (info("/etc/passwd"), CONTENT)),
    "is not in the manifest": lambda: packed(heading(), (info("keys/more"), CONTENT)),
    "is twice there": lambda: packed(heading(), (info(), CONTENT), (info(), CONTENT)),
    "is missing": lambda: packed(heading()),
    "has another size": lambda: packed(heading(), (info(size=5), CONTENT[:5])),
    "has other content": lambda: packed(heading(), (info(), CONTENT[::-1])),
    "is a link": lambda: packed(heading(), (info(type=tarfile.SYMTYPE, linkname="/etc", size=0), b"")),
    "is a hard link": lambda: packed(heading(), (info(type=tarfile.LNKTYPE, linkname="/etc/passwd", size=0), b"")),
    "is a device": lambda: packed(heading(), (info(type=tarfile.BLKTYPE, devmajor=8, size=0), b"")),
    "is a FIFO": lambda: packed(heading(), (info(type=tarfile.FIFOTYPE, size=0), b"")),
    "is a directory": lambda: packed(heading(), (info(type=tarfile.DIRTYPE, size=0), b"")),
    "is somebody's": lambda: packed(heading(), (info(uid=1000), CONTENT)),
    "is a group's": lambda: packed(heading(), (info(gid=1000), CONTENT)),
    "is set-uid": lambda: packed(heading(), (info(mode=0o4755), CONTENT)),
    "has a header of any length": lambda: packed(heading(), (info("x" * 200_000), CONTENT)),
    "comes before the manifest": lambda: packed((info(), CONTENT), heading()),
    "has no manifest": lambda: packed((info(), CONTENT)),
    "has a manifest without end": lambda: packed((info(manifest.NAME, 20 * 1024 * 1024), bytes(20 * 1024 * 1024))),
    "has a manifest that is none": lambda: packed((info(manifest.NAME, 2), b"[]")),
    "is empty": lambda: io.BytesIO(b""),
    "is no archive": lambda: io.BytesIO(gzip.compress(b"\xff" * 2000)),
    "is not compressed": lambda: io.BytesIO(b"\x1f\x8b" + b"x" * 2000),
    "was cut off": lambda: io.BytesIO(packed(heading(), (info(), CONTENT)).getvalue()[:-100]),
    "was changed": lambda: io.BytesIO(flipped(packed(heading(), (info(), CONTENT)).getvalue())),
}


def flipped(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes((data[middle] ^ 1,)) + data[middle + 1 :]


@pytest.mark.parametrize("how", HOSTILE)
def test_nothing_else_is_read(how: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        extracted(HOSTILE[how](), tmp_path / "out")
    assert caught.value.code == "backup-invalid"
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert all(path.is_relative_to(tmp_path / "out") for path in written)


def test_a_size_below_zero_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    """Of a file that is small, and more than anybody wants to have in memory once it is unpacked."""
    block = bytearray(info(manifest.NAME, 0).tobuf(tarfile.USTAR_FORMAT))
    block[124:136] = (-513).to_bytes(12, "big", signed=True)
    block[148:156] = b" " * 8
    block[148:156] = f"{sum(block):06o}\0 ".encode()
    source = io.BytesIO(gzip.compress(bytes(block) + bytes(32 * 1024 * 1024)))
    tracemalloc.start()
    try:
        with pytest.raises(InvalidInput, match="has a size that no file has"):
            extracted(source, tmp_path / "out")
        assert tracemalloc.get_traced_memory()[1] < 4 * 1024 * 1024
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "name", ["../up", "/etc/passwd", "keys/../../up", "keys//x", ".hidden", "keys/.ssh", "a\nb", "", "x" * 101, "a/./b"]
)
def test_a_manifest_names_nothing_that_leads_elsewhere(name: str, tmp_path: Path) -> None:
    hostile = replace(MANIFEST, members=(replace(MANIFEST.members[0], name=name),))
    with pytest.raises(InvalidInput) as caught:
        extracted(packed(heading(hostile), (info(name or "x"), CONTENT)), tmp_path / "out")
    assert caught.value.code == "backup-invalid"
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("changed", [{"format": 2}, {"release": "4.3.0"}, {"release": "5.0"}, {"release": "x"}])
def test_one_of_a_newer_release_is_refused(changed: dict[str, Any]) -> None:
    newer = manifest.encode(replace(MANIFEST, **changed))
    with pytest.raises(InvalidInput, match=r"restore it with that release") as caught:
        manifest.decode(newer)
    assert caught.value.code == "backup-newer"


@pytest.mark.parametrize("release", ["4.2.0", "4.1.0", "4.0.9", "3.10", "4.1.0~deb12u1"])
def test_one_of_this_release_or_an_older_one_is_taken(release: str) -> None:
    assert manifest.decode(manifest.encode(replace(MANIFEST, release=release))).release == release


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    """Each member has the size that the manifest agreed on, for which there has to be room."""
    bomb = os.urandom(1 << 20)  # which stays as large when it is packed, and so more than is read at once
    source = packed(heading(), (info(), CONTENT), (info("keys/bomb", len(bomb)), bomb))
    with pytest.raises(InvalidInput):
        extracted(source, tmp_path / "out")
    assert sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) == len(CONTENT)
    assert source.tell() < len(source.getvalue())


def test_a_link_is_not_packed(tmp_path: Path) -> None:
    """Whoever could put one there while it was saved would have what root can read come out of the backup."""
    (tmp_path / "key").symlink_to("/etc/hostname")
    with pytest.raises(OSError, match=r"symbolic|not a plain file|Too many levels"):
        archive.measured(tmp_path, "key")
    with pytest.raises(OSError, match=r"symbolic|not a plain file|Too many levels"):
        archive.write(io.BytesIO(), MANIFEST, {NAME: tmp_path / "key"})
    if os.geteuid() == 0:
        with pytest.raises(OSError, match="not a plain file"):
            take(tmp_path)
