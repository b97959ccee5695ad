"""Whether a directory may be taken for a cluster's: what is in it decides on what the command line does."""

from __future__ import annotations

import grp
import os
import pwd
import stat
from pathlib import Path
from shlex import quote

import zato
from zato.core.errors import SetupError

_LINKS_MAX = 40
_CODE = "foreign-directory"


def trusted(home: Path) -> Path:
    """`home`, made absolute. Raises SetupError where anybody else has, or can give themselves, a say in what is there.

    That is said by owners and modes: of the directory, of those above it, and of links on the way. Nobody else is who
    owns this program, as whoever does could have us do anything anyway. The root directory is not looked at: it
    belongs to nobody known where users are mapped.
    """
    absolute = home.absolute()
    here = Path("/")
    left = [*reversed(absolute.parts[1:])]
    links = 0
    while left:
        name = left.pop()
        if name == "..":
            here = here.parent
            continue
        path = here / name
        try:
            found = path.lstat()
        except (FileNotFoundError, NotADirectoryError):
            break  # nothing of it is there yet: who may make it was looked at
        _check_owner(home, path, found.st_uid)
        if not stat.S_ISLNK(found.st_mode):
            _check_mode(home, path, found, last=not left)
            here = path
            continue
        links += 1
        if links > _LINKS_MAX:
            raise SetupError(f"{home} is no directory: links on the way to it lead in circles.", code=_CODE)
        target = path.readlink()
        left += [part for part in reversed(target.parts) if part != "/"]
        here = Path("/") if target.is_absolute() else here
    return absolute


def _check_owner(home: Path, path: Path, uid: int) -> None:
    if uid in (0, os.geteuid(), Path(zato.__file__).stat().st_uid):
        return
    owner, me = _name(uid), _name(os.geteuid())
    raise SetupError(
        f"{home} is not taken for a cluster of {me}'s: {path} belongs to {owner}, who could have {me} do anything by "
        f"what is there. Run this as {owner}, or name the cluster's directory by --home.",
        code=_CODE,
    )


def _check_mode(home: Path, path: Path, found: os.stat_result, *, last: bool) -> None:
    sticky = bool(found.st_mode & stat.S_ISVTX) and not last  # there nobody moves what belongs to others
    by_all = bool(found.st_mode & stat.S_IWOTH)
    by_group = bool(found.st_mode & stat.S_IWGRP) and not _is_private(found.st_gid, found.st_uid)
    if sticky or not (by_all or by_group):
        return
    who = "everybody" if by_all else f"the group {_group(found.st_gid)}"
    raise SetupError(
        f"{home} is not taken for a cluster of {_name(os.geteuid())}'s: {who} may write in {path}, and so have "
        f"commands do anything. Change that with: chmod go-w {quote(str(path))}",
        code=_CODE,
    )


def _is_private(gid: int, uid: int) -> bool:
    """Whether the group has no member but that user, as Debian makes one for each."""
    if gid == 0:
        return True
    try:
        members = {*grp.getgrgid(gid).gr_mem, *(each.pw_name for each in pwd.getpwall() if each.pw_gid == gid)}
    except KeyError:
        return False
    return members <= {_name(uid), _name(0)}


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def _group(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)
