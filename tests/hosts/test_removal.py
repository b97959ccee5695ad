"""What removing the packages keeps, and purging them does not, on a host on which there were upgrades."""

from __future__ import annotations

from support.appliance import answers, hello
from support.documents.written import written
from support.host_state import STAMP, State
from support.spare_hosts import Spare
from support.waiting import eventually


def test_removing_keeps_what_was_there_for_the_next_installation(spare: Spare) -> None:
    installed = spare.host
    installed.run(written("docs/packages.md", "apt remove 'zato*'", {"remove": "remove -y"}))
    assert installed.run("ps -o pid= -u zato,zato-tls,zato-lb,zato-admin", check=False).stdout == ""
    assert not answers(installed, 0)
    installed.run("apt-get install -y ./*.deb")
    assert eventually(lambda: '"user"' in hello(installed))


def test_purging_leaves_nothing_behind_but_accounts_in_use(spare: Spare) -> None:
    installed = spare.host
    installed.run("useradd --system -M -N -g zato-lb stranger")
    installed.run("systemd-run -q --unit=left --uid=zato sleep 600")
    purged = installed.run(written("docs/packages.md", "apt purge 'zato*'", {"purge": "purge -y"}))
    assert installed.run("dpkg-query -W -f '${Status}' zato-common", check=False).stdout == ""
    assert "user zato is left; once no process of it runs, remove it: userdel zato\n" in purged.stdout
    assert "group zato-lb is left; once it is no user's own one, remove it: groupdel zato-lb\n" in purged.stdout
    installed.run("systemctl stop left && userdel zato && userdel stranger && groupdel zato-lb")
    after = State.of(installed)
    assert sorted(after.paths - spare.before.paths) == []
    assert after.users == spare.before.users
    newer = State.of(installed, f"-newer {STAMP}", "! -type d")
    assert sorted(newer.paths) == []
    # systemd forgets what is gone when it comes to it
    known = "systemctl list-units --all --plain --no-legend 'zato*'"
    assert eventually(lambda: installed.run(known).stdout == ""), installed.run(known).stdout
