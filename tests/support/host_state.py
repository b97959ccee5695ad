"""What there is on a host, to be compared with what there was before Zato came."""

from __future__ import annotations

from dataclasses import dataclass

from support.hosts import Host

# Not of Zato: what dpkg, systemd, the C library and Debian's own lighttpd keep for themselves, and files of the tests
OTHERS = (
    "/etc/ld.so.cache",
    "/root",
    "/run/agetty.reload",
    "/run/dbus",
    "/run/lighttpd.pid",
    "/run/lock",
    "/run/log",
    "/run/systemd",
    "/run/utmp",
    "/var/cache/apt",
    "/var/cache/debconf",
    "/var/cache/ldconfig",
    "/var/lib/apt",
    "/var/lib/dpkg",
    "/var/lib/systemd",
    "/var/log",
)
# Written anew with each user; what is in them is compared instead
USERS = ("passwd", "group", "shadow", "gshadow")
STAMP = "/root/stamp"
"""Files of packages are as old as the package: a stamp finds what was written since, a list what has come."""


@dataclass(frozen=True)
class State:
    """What there is on a host."""

    paths: frozenset[str]
    users: dict[str, list[str]]

    @classmethod
    def of(cls, host: Host, *conditions: str) -> State:
        """All of it, or those paths for which find's conditions hold."""
        exceptions = " ".join(f"-path {path} -prune -o" for path in OTHERS)
        own = " ".join(f"! -path '/etc/{name}' ! -path '/etc/{name}-'" for name in USERS)
        found = host.run(f"find / /run -xdev {exceptions} {own} {' '.join(conditions)} -print", check=False).stdout
        users = {name: sorted(host.run(f"getent {name}").stdout.splitlines()) for name in USERS}
        return cls(frozenset(found.splitlines()), users)
