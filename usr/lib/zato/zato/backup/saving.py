"""From a cluster, as it runs, to one file."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, cast

from zato import __version__
from zato.backup import archive
from zato.backup.encryption import EncryptingWriter
from zato.backup.manifest import FORMAT, Manifest, is_name
from zato.backup.part import Place, Saved
from zato.backup.parts import PARTS
from zato.backup.parts.odb import ODB
from zato.backup.workspace import give, is_ours, take, workspace
from zato.core.errors import Conflict, SetupError
from zato.host.children import owner_of
from zato.host.layout import Layout
from zato.host.settings import load_cluster

Say = Callable[[str], None]

_NEVER = (
    "Files of services' own: SQLite databases in the directory of `sqlite_directory`, and what services have written",
    "Files in pickup directories; what was deployed from them is in the backup",
    "Logs, and what is set in systemd's units",
    "Tokens for joining, the one-time token of the first administrator, and sessions",
    "What the web console keeps of its own, such as other clusters that were added to it",
)


def save(
    layout: Layout, target: Path, now: datetime, say: Say, *, passphrase: bytes | None = None, overwrite: bool = False
) -> Manifest:
    """The cluster is in `target`, a new file that only its owner can read: all of it, or there is no such file.

    With `overwrite` it takes the place of one that is there, at once and whole. Raises ZatoError, OSError.
    """
    cluster = load_cluster(layout)
    if cluster.has_joined:
        raise SetupError(
            "This machine has joined a cluster, whose CA and settings are on its first machine; make the backup there.",
            code="backup-joined",
        )
    _check_target(target, overwrite=overwrite)
    account = owner_of(layout.odb.parent)
    place = Place(layout, cluster, tuple(layout.server_numbers(cluster.servers)), account)
    # The servers' user cannot go everywhere that root can
    beside = target.absolute().parent
    if account is not None or not is_ours(beside):
        beside = Path("/var/tmp")  # noqa: S108 - see workspace
    ODB.check(place)
    with workspace(beside, f".{target.name}.", account) as directory:
        saved: dict[str, Saved] = {}
        for part in PARTS:
            own = directory / part.name
            own.mkdir(mode=0o700)
            if part.as_servers and account is not None:
                give(own, account)
            saved[part.name] = part.save(place, own)
            if part.as_servers and account is not None:
                take(own)
            say(_line(part.name, saved[part.name]))
        manifest, sources = _manifest(place, directory, saved, now)
        with _replacing(target, overwrite=overwrite) as file:
            if passphrase is None:
                archive.write(file, manifest, sources)
            else:
                encrypted = EncryptingWriter(file, passphrase)
                archive.write(cast(BinaryIO, encrypted), manifest, sources)
                encrypted.finish()
    return manifest


def _line(name: str, saved: Saved) -> str:
    return f"{name}: {', '.join(f'{count} {what}' for what, count in saved.counts.items())}"


def _manifest(
    place: Place, directory: Path, saved: dict[str, Saved], now: datetime
) -> tuple[Manifest, dict[str, Path]]:
    names = sorted(str(path.relative_to(directory)) for path in directory.rglob("*") if path.is_file())
    for name in names:
        if not is_name(name):  # or nobody could restore it
            raise SetupError(
                f"No file in a backup can be called {Path(name).name!r}; give it, where it is, a short name of "
                "letters, digits, dots, hyphens and underscores that begins with a letter or a digit.",
                code="backup-name",
            )
    odb = next(each.odb for each in saved.values() if each.odb is not None)
    manifest = Manifest(
        format=FORMAT,
        release=__version__,
        cluster=place.cluster.name,
        kind="appliance" if place.layout.is_appliance else "quickstart",
        created=now,
        database=odb.database,
        odb_version=odb.version,
        revision=odb.revision,
        servers=place.servers,
        members=tuple(archive.measured(directory, name) for name in names),
        counts={name: each.counts for name, each in saved.items()},
        tables=odb.tables,
        not_included=(*(text for each in saved.values() for text in each.not_included), *_NEVER),
    )
    return manifest, {name: directory / name for name in names}


def _check_target(target: Path, *, overwrite: bool) -> None:
    if not target.absolute().parent.is_dir():
        raise SetupError(
            f"There is no directory {target.absolute().parent} to put the backup into.", code="no-directory"
        )
    if target.is_dir():
        raise SetupError(f"{target} is a directory; name the file in it.", code="not-a-file")
    if target.exists() and not overwrite:
        raise _exists(target)


def _exists(target: Path) -> Conflict:
    return Conflict(f"{target} is there already; name another file, or add --overwrite.", code="backup-exists")


def _linked(name: Path, target: Path) -> bool:
    """Whether the file has that name now; False where the file system has no second names. Raises Conflict."""
    try:
        os.link(name, target)
    except FileExistsError as error:
        raise _exists(target) from error
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS) or target.exists():
            raise
        return False
    return True


@contextmanager
def _replacing(target: Path, *, overwrite: bool) -> Iterator[BinaryIO]:
    """A file that gets its name once all of it is on the disk; whatever happens before, nothing is left of it."""
    parent = target.absolute().parent
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if overwrite or not _linked(Path(name), target):
            Path(name).replace(target)
        directory = os.open(parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
    finally:
        with suppress(FileNotFoundError):
            Path(name).unlink()
