"""What removing the packages keeps, and purging them does not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.appliance import INSTALL_SECONDS, answers, deploy_hello, eventually, hello, install
from support.hosts import Host, NewHost


@pytest.fixture(scope="module")
def installed(new_host: NewHost) -> Iterator[Host]:
    """A host of these tests alone."""
    with new_host("removal") as host:
        install(host)
        deploy_hello(host)
        yield host


def test_removing_keeps_what_was_there_for_the_next_installation(installed: Host) -> None:
    installed.run("apt-get remove -y 'zato*'")
    assert installed.run("ps -o pid= -u zato,zato-tls,zato-lb", check=False).stdout == ""
    assert not answers(installed, 0)
    installed.run("apt-get install -y ./*.deb", timeout=INSTALL_SECONDS)
    assert eventually(lambda: '"user"' in hello(installed), INSTALL_SECONDS)


def test_purging_leaves_nothing_behind(installed: Host) -> None:
    installed.run("apt-get purge -y 'zato*' && rm -f /root/*.deb")
    left = installed.run(
        "find / -xdev -iname '*zato*' -not -path '/proc/*' -not -path '/sys/*' -not -path '/var/log/*'", check=False
    ).stdout
    assert left == ""
    assert installed.run("getent passwd; getent group").stdout.count("zato") == 0
    # systemd forgets what is gone when it comes to it
    known = "systemctl list-units --all --plain --no-legend 'zato*'"
    assert eventually(lambda: installed.run(known).stdout == "", 10), installed.run(known).stdout
