"""What was there before a restore is put aside, and comes back where the restore fails."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from zato.backup.parts.settings import own_files
from zato.core.errors import SetupError
from zato.host.layout import Layout

PREFIX = "before-restore-"
_ODB_BESIDE = ("", "-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Aside:
    """Where everything of the cluster that was there is now."""

    directories: tuple[Path, ...]


def paths(layout: Layout, numbers: tuple[int, ...]) -> list[Path]:
    """Everything that a restore makes anew, as far as it is there."""
    found = [layout.settings, layout.pki, layout.secret_key, layout.first_token, layout.haproxy]
    found += [layout.logging, *(path for own in own_files(layout).values() for path in own)]
    if layout.is_appliance:
        # Directories as a whole: in what the servers' user may write, root moves nothing about
        found += [layout.odb.parent]
    else:
        found += [layout.odb.with_name(layout.odb.name + suffix) for suffix in _ODB_BESIDE]
    for number in numbers:
        server = layout.server(number)
        found += [server.root, server.config, server.lighttpd]
    there = [path for path in dict.fromkeys(found) if path.exists() or path.is_symlink()]
    return [path for path in there if not any(parent in there for parent in path.parents)]


@contextmanager
def put_aside(layout: Layout, numbers: tuple[int, ...], stamp: str) -> Iterator[Aside]:
    """Puts aside what was there; after an error it is put back, and whatever is there instead is removed."""
    moved: list[tuple[Path, Path]] = []
    directories: list[Path] = []
    try:
        for path in paths(layout, numbers):
            directory = path.parent / f"{PREFIX}{stamp}"
            if directory not in directories:
                _make(directory)
                directories.append(directory)
            path.rename(directory / path.name)
            moved.append((path, directory / path.name))
        yield Aside(tuple(directories))
    except BaseException:
        for path in paths(layout, numbers):
            _remove(path)
        for path, kept in reversed(moved):
            kept.rename(path)
        for directory in directories:
            directory.rmdir()
        raise


def _make(directory: Path) -> None:
    try:
        directory.mkdir(mode=0o700)
    except FileExistsError as error:
        raise SetupError(f"{directory} is there already; remove it, or wait a second.", code="directory") from error


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
