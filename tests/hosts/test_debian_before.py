"""An appliance on the release of Debian before the one that the other hosts have."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.appliance import (
    answers,
    deploy_hello,
    hello,
    install,
    problems,
    servers_in_balancer,
)
from support.apt_repositories import repository, trust
from support.documents.written import written
from support.hosts import Host, NewHost
from support.root_file_systems import BEFORE, base
from support.waiting import eventually

# As where lighttpd was unpacked, and its modules are still those of the version before
UNPACKED = "sed -i '/^Package: lighttpd-mod-openssl$/,/^$/s/^Status: install ok {}$/Status: install ok {}/' {}"
STATUS = "/var/lib/dpkg/status"


@pytest.fixture(scope="module")
def before(new_host: NewHost, packages_before: list[Path]) -> Iterator[Host]:
    """A host of these tests alone."""
    with new_host("before", base(BEFORE), packages_before) as host:
        install(host)
        deploy_hello(host)
        yield host


def test_an_installation_there_is_well_and_grows(before: Host) -> None:
    assert BEFORE in before.run("cat /etc/os-release").stdout
    before.run("systemctl start zato-server@2")
    assert eventually(lambda: servers_in_balancer(before) == 2)
    assert eventually(lambda: problems(before) == []), problems(before)
    assert eventually(lambda: json.loads(before.run("zato --json doctor", check=False).stdout)["findings"] == [])
    assert '"user"' in hello(before)


def test_its_package_goes_on_with_its_python_whatever_debians_own_is(before: Host) -> None:
    depends = before.run("dpkg-query -W -f '${Depends}' zato-common").stdout.split(", ")
    assert "python3.11" in depends
    assert not [each for each in depends if each.split()[0] == "python3"]
    # What an upgrade of Debian does first
    before.run("ln -sf python3.13 /usr/bin/python3")
    assert before.run("systemctl restart zato-server@2 && zato --version").stdout.startswith("zato ")
    assert eventually(lambda: servers_in_balancer(before) == 2)
    before.run("ln -sf python3.11 /usr/bin/python3")


def test_an_upgrade_waits_until_programs_and_their_modules_are_of_one_version(before: Host) -> None:
    release = before.run("readlink /usr/lib/zato/current").stdout
    before.run(UNPACKED.format("installed", "unpacked", STATUS))
    said = before.run(
        "dpkg --no-triggers --unpack zato-common_*.deb && dpkg --no-triggers --configure zato-common"
    ).stdout
    assert "until haproxy and lighttpd have been upgraded too" in said
    assert before.run("readlink /usr/lib/zato/current").stdout == release
    # As apt does last
    before.run(written("docs/packages.md", "dpkg --configure -a"))
    assert before.run("readlink /usr/lib/zato/current").stdout != release
    assert eventually(lambda: servers_in_balancer(before) == 2)
    assert before.run("dpkg --audit").stdout == ""


def test_purging_there_leaves_nothing_behind(before: Host) -> None:
    before.run("apt-get purge -y 'zato*'")
    assert before.run("find / /run -xdev -name 'zato*' -not -path '/root/*' -not -path '/var/log/*'").stdout == ""


def test_what_is_published_is_installed_and_what_was_changed_is_not(before: Host, packages_before: list[Path]) -> None:
    before.run("rm /root/*.deb")
    with repository(packages_before[0].parents[1]) as made:
        trust(before, made, BEFORE)
    asking = {"install": "install -y"}
    before.run(written("docs/packages.md", "apt update && apt install zato", asking))
    before.run(written("docs/packages.md", "apt update && apt install zato zato-common zato-server zato-lb", asking))
    assert answers(before)
    assert "file:/srv/zato bookworm/main" in before.run("apt-cache policy zato").stdout
    # A package that is not what the list says, then a list that is not what was signed
    before.run("apt-get remove -y -q 'zato*' && apt-get clean && echo >>$(ls /srv/zato/pool/main/z/zato/zato_*deb12*)")
    refused = before.run("apt-get install -y -q zato", check=False)
    assert refused.returncode != 0
    assert (
        "Hash Sum mismatch" in refused.stdout + refused.stderr or "unexpected size" in refused.stdout + refused.stderr
    )
    before.run("sed -i 's/^Version: .*/Version: 9.0/' /srv/zato/dists/bookworm/main/binary-amd64/Packages")
    before.run("cd /srv/zato/dists/bookworm && sed -i 's/^Suite: .*/Suite: other/' InRelease && rm Release.gpg")
    before.run("rm /srv/zato/dists/bookworm/main/binary-amd64/Packages.gz")
    refused = before.run("apt-get update -q 2>&1", check=False)
    assert re.search("BADSIG|signature", refused.stdout), refused.stdout
    assert "9.0" not in before.run("apt-cache policy zato").stdout
