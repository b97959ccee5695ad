"""Which sets of packages this machine has."""

from __future__ import annotations

import json
import os
import platform
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from zato.core.errors import Unavailable, ZatoError
from zato.host import locks
from zato.host.files import write_atomically

# A new attempt at what has failed: a network comes back
RETRY_SECONDS = 60.0
# Longer than pip may take, for those who have nothing else to do than to wait
_WAIT_SECONDS = 300.0
_KEPT = 3


@dataclass(frozen=True, slots=True)
class PackageSet:
    """Lines that are installed together. The digest is of what comes of them: another Python, another directory."""

    lines: tuple[str, ...]
    require_hashes: bool = False
    allow_source: bool = False

    @property
    def digest(self) -> str:
        parts = [sorted(self.lines), self.require_hashes, self.allow_source, _interpreter(), platform.machine()]
        return sha256(json.dumps(parts).encode()).hexdigest()[:32]


Install = Callable[[PackageSet, Path], None]
"""Fills a new directory with the packages. Raises ZatoError, whose sentence has pip's reason."""


class PackageSets:
    """The directory of all sets. Several processes may use it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def directory(self, packages: PackageSet) -> Path:
        """What goes onto sys.path. The name is one that Python knows directories of packages by."""
        return self.root / packages.digest / "site-packages"

    def is_complete(self, packages: PackageSet) -> bool:
        """Whether all of it is there: directories get their names when they are filled."""
        return self.directory(packages).is_dir()

    def failure(self, packages: PackageSet) -> str | None:
        """Why the last attempt to install it has failed."""
        try:
            return self._failure_of(packages).read_text(encoding="utf-8")
        except OSError:
            return None

    def install(self, packages: PackageSet, install: Install, *, wait_seconds: float = _WAIT_SECONDS) -> None:
        """Have it complete when this returns. Raises ZatoError; then nothing of it is there but the reason.

        Raises Unavailable (packages-busy) where another process is still installing some after so many seconds.
        """
        self.root.mkdir(mode=0o750, parents=True, exist_ok=True)
        with self._exclusive(wait_seconds):
            if self.is_complete(packages):
                os.utime(self.root / packages.digest)  # wanted again: not among the oldest
                return
            filling = self.root / f".{packages.digest}.new"
            shutil.rmtree(filling, ignore_errors=True)
            try:
                (filling / "site-packages").mkdir(parents=True)
                install(packages, filling / "site-packages")
                filling.rename(self.root / packages.digest)
            except ZatoError as error:
                write_atomically(self._failure_of(packages), error.message.encode("utf-8"), mode=0o640)
                raise
            finally:
                shutil.rmtree(filling, ignore_errors=True)
            self._failure_of(packages).unlink(missing_ok=True)

    def is_due(self, packages: PackageSet) -> bool:
        """Whether an attempt to install it is due now."""
        if self.is_complete(packages):
            return False
        try:
            return time.time() - self._failure_of(packages).stat().st_mtime > RETRY_SECONDS
        except OSError:
            return True

    def make_current(self, packages: PackageSet | None) -> None:
        """Let those who ask for no particular one, tests of services, have this set; remove the oldest others.

        Those that were tried and then refused are among them.
        """
        link = self.root / "current"
        if packages is None:
            link.unlink(missing_ok=True)
            return
        if not self.is_complete(packages):
            return
        if not link.is_symlink() or link.readlink().name != packages.digest:
            new = self.root / ".current.new"
            new.unlink(missing_ok=True)
            new.symlink_to(packages.digest)
            new.replace(link)
        self._prune(packages)

    def _prune(self, packages: PackageSet) -> None:
        others, failures = [], []
        for path in self.root.iterdir():
            if path.is_dir() and not path.is_symlink() and len(path.name) == len(packages.digest):
                others.append(path)
            elif path.name.endswith(".failed"):
                failures.append(path)
        for path in _oldest(path for path in others if path.name != packages.digest):
            shutil.rmtree(path, ignore_errors=True)
        for path in _oldest(failures):
            path.unlink(missing_ok=True)

    def current(self) -> Path | None:
        """The set that services of this machine use now."""
        found = self.root / "current" / "site-packages"
        return found.resolve() if found.is_dir() else None

    def _failure_of(self, packages: PackageSet) -> Path:
        return self.root / f"{packages.digest}.failed"

    @contextmanager
    def _exclusive(self, wait_seconds: float) -> Iterator[None]:
        with ExitStack() as held:
            try:
                held.enter_context(locks.exclusive(self.root, seconds=wait_seconds))
            except TimeoutError:
                raise packages_busy() from None
            yield


def packages_busy() -> Unavailable:
    """Others are being installed."""
    return Unavailable(
        "Other packages are being installed on this machine; try again once that has ended.",
        code="packages-busy",
        retry_after_seconds=10,
    )


def _oldest(paths: Iterable[Path]) -> list[Path]:
    """All but the newest ones. Another process may remove some at the same time."""
    dated = []
    for path in paths:
        with suppress(FileNotFoundError):
            dated.append((path.stat().st_mtime, path))
    return [path for _, path in sorted(dated, reverse=True)[_KEPT:]]


def _interpreter() -> str:
    return sys.implementation.cache_tag or f"{sys.version_info[:2]}"
