"""What removing the packages keeps, and purging them does not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from support.appliance import answers, deploy_hello, hello, install
from support.documents.written import written
from support.hosts import Host, NewHost
from support.waiting import eventually

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


@dataclass(frozen=True)
class Installed:
    """A host on which Zato is, and what was on it before."""

    host: Host
    before: State


@pytest.fixture(scope="module")
def installation(new_host: NewHost) -> Iterator[Installed]:
    """A host of these tests alone."""
    with new_host("removal") as host:
        # Files of packages are as old as the package: a stamp finds what was written since, a list what has come
        host.run(f"touch {STAMP}")
        before = State.of(host)
        install(host)
        deploy_hello(host)
        yield Installed(host, before)


@pytest.fixture
def installed(installation: Installed) -> Host:
    return installation.host


def test_removing_keeps_what_was_there_for_the_next_installation(installed: Host) -> None:
    installed.run(written("docs/packages.md", "apt remove 'zato*'", {"remove": "remove -y"}))
    assert installed.run("ps -o pid= -u zato,zato-tls,zato-lb", check=False).stdout == ""
    assert not answers(installed, 0)
    installed.run("apt-get install -y ./*.deb")
    assert eventually(lambda: '"user"' in hello(installed))


def test_purging_leaves_nothing_behind_but_accounts_in_use(installed: Host, installation: Installed) -> None:
    installed.run("useradd --system -M -N -g zato-lb stranger")
    installed.run("systemd-run -q --unit=left --uid=zato sleep 600")
    purged = installed.run(written("docs/packages.md", "apt purge 'zato*'", {"purge": "purge -y"}))
    assert installed.run("dpkg-query -W -f '${Status}' zato-common", check=False).stdout == ""
    assert "user zato is left; once no process of it runs, remove it: userdel zato\n" in purged.stdout
    assert "group zato-lb is left; once it is no user's own one, remove it: groupdel zato-lb\n" in purged.stdout
    installed.run("systemctl stop left && userdel zato && userdel stranger && groupdel zato-lb")
    after = State.of(installed)
    assert sorted(after.paths - installation.before.paths) == []
    assert after.users == installation.before.users
    newer = State.of(installed, f"-newer {STAMP}", "! -type d")
    assert sorted(newer.paths) == []
    # systemd forgets what is gone when it comes to it
    known = "systemctl list-units --all --plain --no-legend 'zato*'"
    assert eventually(lambda: installed.run(known).stdout == ""), installed.run(known).stdout
