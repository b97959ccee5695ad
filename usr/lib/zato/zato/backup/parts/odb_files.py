"""PEM files elsewhere that zato.toml names for its ODB: without them a restored cluster would not come to its database.

They are not the cluster's own: one that is there is never replaced.
"""

from __future__ import annotations

import grp
import os
import pwd
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from zato.backup.manifest import Manifest
from zato.backup.part import Place, Saved
from zato.core.errors import InvalidInput, SetupError
from zato.host.children import Account
from zato.host.files import read_plain, write_atomically
from zato.host.settings import ClusterSettings
from zato.odb.sharing import files
from zato.sql.verification import machines_authorities

_INDEX = "index.json"
# RFC 7468, and the headers of RFC 1421, which keys that are encrypted the old way have
_BLOCK = re.compile(
    rb"-----BEGIN ([A-Z0-9 ]+)-----\r?\n(?:[A-Za-z0-9-]+: [A-Za-z0-9,-]+\r?\n)*\s*"
    rb"(?:[A-Za-z0-9+/=]+\r?\n)+-----END \1-----"
)


class NamedFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file as it is in the backup, under the name `member`, and as it was on the machine."""

    member: str
    path: str
    mode: int
    user: str
    group: str


class OdbFilesPart:
    """Neither files below `pki/`, which the part of the keys has, nor the machine's own list of authorities."""

    name = "odb-files"
    as_servers = False

    def save(self, place: Place, directory: Path) -> Saved:
        elsewhere = [
            path
            for path in files(place.cluster)
            if not path.is_relative_to(place.layout.pki.absolute()) and str(path) != machines_authorities()
        ]
        index, missing = [], []
        for number, path in enumerate(elsewhere, 1):
            try:
                content = read_plain(path, follow=True)
            except FileNotFoundError:
                missing.append(f"{path}, which zato.toml names: it is not there")
                continue
            member, found = f"{number}.pem", path.stat()
            write_atomically(directory / member, content)
            user, group = _names(found)
            index.append(NamedFile(member=member, path=str(path), mode=found.st_mode & 0o777, user=user, group=group))
        write_atomically(directory / _INDEX, msgspec.json.encode(index))
        return Saved({"PEM files that zato.toml names": len(index)}, tuple(missing))

    def load(self, place: Place, directory: Path, manifest: Manifest) -> list[str]:
        """Tells which files differ from those in the backup; `put_back` has put back what was missing."""
        return [
            f"{named.path} was there, and is another one than in the backup; it was left as it is."
            for named in _index(directory)
            if _pem(read_plain(Path(named.path), follow=True)) != _pem(read_plain(directory / named.member))
        ]


@contextmanager
def put_back(
    directory: Path, cluster: ClusterSettings, account: Account | None, say: Callable[[str], None]
) -> Iterator[None]:
    """Puts files that are missing where `cluster` says, and removes them again where what follows fails.

    Only what is PEM in them is written, since root writes it wherever the backup says. `directory` has the parts of the
    backup, and `account` is the servers' user. Raises SetupError where that cannot be.
    """
    made: list[Path] = []
    try:
        for named in _index(directory / ODB_FILES.name):
            path, content = Path(named.path), _pem(read_plain(directory / ODB_FILES.name / named.member))
            if path not in files(cluster) or not content:
                raise InvalidInput(f"The backup has a file for {path}, which is no PEM file of its ODB's.")
            if path.exists():
                continue
            try:
                _make(path, content, named, account, made)
            except OSError as error:
                raise SetupError(
                    f"{path}, which zato.toml names, is not on this machine, and cannot be put there: "
                    f"{error.strerror}. Put it there yourself; the backup has it as {ODB_FILES.name}/{named.member}.",
                    code="odb-file-not-put-back",
                ) from error
            say(f"{path}: put back, as zato.toml names it")
        yield
    except BaseException:
        for path in reversed(made):
            if path.is_dir():
                path.rmdir()
            else:
                path.unlink(missing_ok=True)
        raise


def _make(path: Path, content: bytes, named: NamedFile, account: Account | None, made: list[Path]) -> None:
    for parent in reversed([each for each in path.parents if not each.exists()]):
        parent.mkdir(mode=0o755)
        made.append(parent)
    owner = _ids(named, account) if os.geteuid() == 0 else None
    write_atomically(path, content, mode=named.mode & 0o755, owner=owner)
    made.append(path)


def _index(directory: Path) -> list[NamedFile]:
    """Empty for a backup of a release that had no such part. Raises InvalidInput where it is none."""
    try:
        index = msgspec.json.decode(read_plain(directory / _INDEX), type=list[NamedFile])
    except FileNotFoundError:
        return []
    except msgspec.MsgspecError as error:
        raise InvalidInput(f"The backup's {directory.name}/{_INDEX} is not valid: {error}.") from error
    for named in index:
        if not (directory / named.member).is_file() or Path(named.member).name != named.member:
            raise InvalidInput(
                f"The backup's {directory.name}/{_INDEX} names {named.member!r}, which it does not have."
            )
    return index


def _pem(content: bytes) -> bytes:
    """The blocks of a PEM file, without what stands around them, which is for people."""
    return b"".join(found[0] + b"\n" for found in _BLOCK.finditer(content))


def _names(found: os.stat_result) -> tuple[str, str]:
    try:
        return pwd.getpwuid(found.st_uid).pw_name, grp.getgrgid(found.st_gid).gr_name
    except KeyError:
        return "", ""


def _ids(named: NamedFile, account: Account | None) -> tuple[int, int]:
    """Whose the file was, where that user is known here; otherwise the servers' user, who has to read it."""
    try:
        return pwd.getpwnam(named.user).pw_uid, grp.getgrnam(named.group).gr_gid
    except KeyError:
        return (0, 0) if account is None else (account.uid, account.gid)


ODB_FILES = OdbFilesPart()
