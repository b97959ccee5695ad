"""The session that `zato login` has opened, in files of its user's alone."""

from __future__ import annotations

import json
import os
import pwd
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path

from zato.core.errors import SetupError
from zato.host.files import read_plain, write_atomically

_NOT_IN_NAME = re.compile(r"[^A-Za-z0-9.-]")


@dataclass(frozen=True, slots=True)
class Login:
    """Where, as whom, and by what token, which its repr does not show."""

    url: str
    user: str
    token: str = field(repr=False)
    expires: str
    ca: Path
    """The CA that the cluster was known by at the first login."""


def current() -> Login | None:
    """The session there is; None after a logout. Raises SetupError where others may have written or read it."""
    path = _directory() / "session.json"
    try:
        _check_is_mine(path)
        found = json.loads(read_plain(path))
        return Login(found["url"], found["user"], found["token"], found["expires"], authority_file(found["url"]))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise SetupError(f"{path} is damaged; remove it, and log in again.", code="session-file") from error


def keep(login: Login) -> None:
    """From now on it is this one."""
    _make_directory(_directory())
    found = {"url": login.url, "user": login.user, "token": login.token, "expires": login.expires}
    write_atomically(_directory() / "session.json", json.dumps(found).encode() + b"\n")


def forget() -> None:
    """Removes the session; what the cluster is known by stays."""
    (_directory() / "session.json").unlink(missing_ok=True)


def authority_file(url: str) -> Path:
    """Where the CA is kept by which the cluster at this address is known."""
    return _directory() / "authorities" / f"{_NOT_IN_NAME.sub('_', url.partition('://')[2])}.crt"


def keep_authority(url: str, pem: bytes) -> None:
    """From now on the cluster is known by this CA."""
    _make_directory(_directory())
    _make_directory(authority_file(url).parent)
    write_atomically(authority_file(url), pem)


def _directory() -> Path:
    # Not by HOME: whoever becomes root may have kept it, and with it somebody else's files
    home = os.environ.get("XDG_CONFIG_HOME") or Path(pwd.getpwuid(os.geteuid()).pw_dir, ".config")
    return Path(home).absolute() / "zato"


def _make_directory(path: Path) -> None:
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    _check_is_mine(path)


def _check_is_mine(path: Path) -> None:
    found = path.lstat()
    if found.st_uid != os.geteuid() or stat.S_ISLNK(found.st_mode) or stat.S_IMODE(found.st_mode) & 0o077:
        raise SetupError(
            f"{path} has to be yours, and nobody else may read or write it: run zato login again after removing it.",
            code="session-file",
        )
