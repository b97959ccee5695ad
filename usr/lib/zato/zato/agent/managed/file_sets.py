"""What a program is, was, and is not to be started from: whole sets of files, kept beside each other."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import msgspec
from msgspec import Struct

from zato.host.files import read_plain, write_atomically

FileSet = Mapping[str, bytes]
"""Contents by path below the program's directory."""
_REJECTED = "refused.json"
_FOLDER_FILES = "*.cfg"
# The kernel stamps files by its tick, 10 ms at the coarsest: a file this young may change again without showing it
_SETTLED_NANOSECONDS = 50_000_000
_Versions = tuple[tuple[str, int, int, int, int], ...]


class Kept(StrEnum):
    """Sets of files that are kept, by the name of their directory."""

    LAST_KNOWN_GOOD = "good"
    """Those with which the program has served last."""
    PREVIOUS = "before"
    """Those with which it served before that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetNames:
    """What belongs to a set, by path below the program's directory."""

    configuration: str
    """Written last: whoever checks whether there are new files checks this one."""
    client_authorities: str
    """Issuers of clients' certificates."""
    others: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    """Not in each set: one of an earlier release may lack them. They are written and never removed, as the program may
    be started before the configuration that names them is replaced."""
    folder: str | None = None
    """A directory whose `*.cfg` belong to the set, however many there are."""


class Rejection(Struct, frozen=True, kw_only=True):
    """Files that are not to be used, and why; it holds until others are wanted."""

    identity: str
    reason: str


def digest(files: FileSet) -> str:
    """The same for the same files."""
    whole = hashlib.sha256()
    for name in sorted(files):
        whole.update(hashlib.sha256(name.encode()).digest() + hashlib.sha256(files[name]).digest())
    return whole.hexdigest()


class FileSets:
    """The sets of the program that is started from `directory`.

    Two sets of the same `identity` need no reload between them; a rejected set is known by it, in a file whose field
    for it is called `identity_field`.
    """

    def __init__(
        self,
        directory: Path,
        names: SetNames,
        *,
        identity: Callable[[FileSet], str] = digest,
        identity_field: str = "digest",
    ) -> None:
        self.names = names
        self.identity = identity
        self._directory = directory
        self._identity_field = identity_field
        self._read_last: tuple[_Versions, FileSet] | None = None

    def in_place(self) -> FileSet | None:
        """What the program would be started from; None where there is none, or not all of it.

        Agents ask for it all the time: files that are as they were when they were read are not read again.
        """
        now, versions = time.time_ns(), self._versions()
        if self._read_last is not None and self._read_last[0] == versions:
            return self._read_last[1]
        files = self._read(self._directory)
        settled = all(now - changed > _SETTLED_NANOSECONDS for _, changed, *_ in versions)
        self._read_last = (versions, files) if files is not None and settled else None
        return files

    def put(self, files: FileSet) -> None:
        """From now on the program is started from these."""
        self._write(self._directory, files)

    def replace(self, wanted: FileSet, check: Callable[[], None]) -> bool:
        """Puts them in place where `check` does not raise, and says whether that changed anything.

        A rejected set is left out. Whoever may run beside others that do this has to keep them out.
        """
        present = self.in_place()
        if present is not None and self.is_rejected(wanted):
            return False
        self.reject_nothing()
        if present == wanted:
            return False
        check()
        self.put(wanted)
        return True

    def keep(self, which: Kept, files: FileSet) -> None:
        """For the time when they are needed again."""
        self._write(self._directory / which, files)

    def kept(self, which: Kept) -> FileSet | None:
        """What `keep` has put there last."""
        return self._read(self._directory / which)

    def served(self, files: FileSet) -> None:
        """Remembers that the program serves with them."""
        good = self.kept(Kept.LAST_KNOWN_GOOD)
        if good == files:
            return
        if good is not None and self.identity(good) != self.identity(files):
            self.keep(Kept.PREVIOUS, good)
        self.keep(Kept.LAST_KNOWN_GOOD, files)

    def reject(self, files: FileSet, reason: str) -> None:
        """These are not tried again."""
        told = {self._identity_field: self.identity(files), "reason": reason}
        write_atomically(self._directory / _REJECTED, msgspec.json.encode(told))

    def reject_nothing(self) -> None:
        """What was rejected may be tried again."""
        (self._directory / _REJECTED).unlink(missing_ok=True)

    def rejected(self) -> Rejection | None:
        """What was rejected last."""
        try:
            told = msgspec.json.decode(read_plain(self._directory / _REJECTED), type=dict[str, str])
            return Rejection(identity=told[self._identity_field], reason=told["reason"])
        except (OSError, KeyError, msgspec.DecodeError):
            return None

    def is_rejected(self, files: FileSet) -> bool:
        """Whether these were rejected last."""
        rejection = self.rejected()
        return rejection is not None and rejection.identity == self.identity(files)

    def _versions(self) -> _Versions:
        """Of all files that `_read` would look at: whatever is done to one of them changes this."""
        names, folder = self.names, self.names.folder
        paths = [self._directory / name for name in (*names.others, names.client_authorities, names.configuration)]
        paths += [self._directory / name for name in names.optional]
        if folder is not None:
            paths += sorted((self._directory / folder).glob(_FOLDER_FILES))
        found = []
        for path in paths:
            try:
                status = path.lstat()
            except FileNotFoundError:
                continue
            # The time of the last change cannot be set by anybody, that of the last modification can
            found.append((str(path), status.st_ctime_ns, status.st_mtime_ns, status.st_size, status.st_ino))
        return tuple(found)

    def _read(self, directory: Path) -> FileSet | None:
        names = self.names
        try:
            files = {
                name: read_plain(directory / name)
                for name in (*names.others, names.client_authorities, names.configuration)
            }
        except FileNotFoundError:
            return None
        files |= {name: read_plain(directory / name) for name in names.optional if (directory / name).exists()}
        if names.folder is not None:
            found = sorted((directory / names.folder).glob(_FOLDER_FILES))
            files |= {f"{names.folder}/{path.name}": read_plain(path) for path in found}
        return files

    def _write(self, directory: Path, files: FileSet) -> None:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = self.names.folder
        if folder is not None:
            (directory / folder).mkdir(mode=0o700, exist_ok=True)
        for name in sorted(files.keys() - {self.names.configuration}):
            write_atomically(directory / name, files[name])
        if folder is not None:
            for path in (directory / folder).glob(_FOLDER_FILES):
                if f"{folder}/{path.name}" not in files:
                    path.unlink()
        write_atomically(directory / self.names.configuration, files[self.names.configuration])
