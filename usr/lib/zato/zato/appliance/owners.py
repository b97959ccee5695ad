"""Who may read and write what on an appliance."""

from __future__ import annotations

import contextlib
import grp
import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from zato.core.errors import SetupError
from zato.host.files import open_plain

_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class Owner:
    """A user and a group, by name."""

    user: str
    group: str

    def ids(self) -> tuple[int, int]:
        """Their numbers. Raises SetupError where the system has no such user or group."""
        try:
            return pwd.getpwnam(self.user).pw_uid, grp.getgrnam(self.group).gr_gid
        except KeyError as error:
            raise SetupError(
                f"This system has no user {self.user!r} or group {self.group!r}; run: "
                "systemd-sysusers, or install the package zato-common again.",
                code="missing-user",
            ) from error


ROOT = Owner("root", "root")
SERVERS = Owner("zato", "zato")
"""Runs services; has the ODB and the key of its secrets."""
EDGE = Owner("zato-tls", "zato-tls")
"""Runs lighttpd, that of the console too; has lighttpd's private keys."""
BALANCER = Owner("zato-lb", "zato-lb")
"""Runs HAProxy; has HAProxy's private keys."""
CONSOLE = Owner("zato-admin", "zato-admin")
"""Runs the web console; has its sessions, and the key by which it looks at the cluster's state."""
FRONT = Owner(SERVERS.user, EDGE.group)
"""The way from lighttpd to a server."""
EDGE_SOCKET = Owner(EDGE.user, BALANCER.group)
"""The way from HAProxy to a lighttpd on the same machine."""
SEEN_BY_SERVERS = Owner(BALANCER.user, SERVERS.group)
"""HAProxy's sockets: by one of them a server that stops sees whether HAProxy is there to send requests elsewhere."""
READ_BY_SERVERS = Owner("root", SERVERS.group)
"""What servers read and only administrators change."""


def directory(path: Path, owner: Owner, mode: int) -> None:
    """There is such a directory. The one above it has to be there, and to be root's or `owner`'s.

    Raises SetupError where `owner` has put something else there.
    """
    with contextlib.suppress(FileExistsError):
        path.mkdir()
    try:
        descriptor = os.open(path, _FLAGS | os.O_DIRECTORY)
    except NotADirectoryError as error:
        raise SetupError(
            f"{path} is to be a directory, and somebody has put something else there; move that away.",
            code="not-a-directory",
        ) from error
    _give(descriptor, owner, mode)


def file(path: Path, owner: Owner, mode: int) -> None:
    """Makes an empty file with this owner and mode where there is none; one that is there stays as it is."""
    with contextlib.suppress(FileExistsError):
        _give(os.open(path, _FLAGS | os.O_CREAT | os.O_EXCL, 0o600), owner, mode)


def give(path: Path, owner: Owner, mode: int) -> None:
    """`path`, a plain file, belongs to `owner` from now on, with these permissions.

    Raises OSError for anything else, at once: whoever may write above it could have put a link or a FIFO there.
    """
    _give(open_plain(path), owner, mode)


def _give(descriptor: int, owner: Owner, mode: int) -> None:
    try:
        uid, gid = owner.ids()
        found = os.fstat(descriptor)
        if (found.st_uid, found.st_gid) != (uid, gid):
            os.fchown(descriptor, uid, gid)
        if stat.S_IMODE(found.st_mode) != mode:
            os.fchmod(descriptor, mode)
    finally:
        os.close(descriptor)
