"""The next release, installed on an appliance of two servers while clients on another machine send requests."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from support.appliance import (
    answers,
    hello,
    main_pid,
    outside,
    servers_in_balancer,
    status,
)
from support.hosts import Host
from support.load import Load, told
from support.packages import next_release, release_of
from support.spare_hosts import Spare
from support.waiting import eventually

ADDS = """
def upgrade():
    op.create_table("zt_next", Column("id", Integer, primary_key=True))
"""
BREAKS = """
def upgrade():
    op.execute("INSERT INTO zt_next (id) VALUES (1)")
    op.execute("INSERT INTO zt_next (id) VALUES (1)")
"""
KEPT = "/etc/zato/secret.key /etc/zato/zato.toml /etc/zato/server-*/server.toml /etc/zato/pki/*"
# Everything but what servers report about themselves
DUMP = """
import sqlite3
for line in sqlite3.connect("file:/var/lib/zato/odb/odb.sqlite?mode=ro", uri=True).iterdump():
    if "zt_worker" not in line and "zt_member" not in line and "zt_server" not in line:
        print(line)
"""


@pytest.fixture(scope="module")
def two(spare: Spare, packages: list[Path]) -> Iterator[Host]:
    """With two servers and a user."""
    host = spare.host
    host.run("systemctl start zato-server@2 && zato user create crm --role viewer")
    assert eventually(lambda: servers_in_balancer(host) == 2)
    yield host
    # What is installed next is what was
    own = {package.name for package in packages}
    for other in host.root.glob("root/*.deb"):
        if other.name not in own:
            other.unlink()


def odb_version(host: Host) -> str:
    return str(json.loads(host.run("zato --json odb status").stdout)["current"])


def put(host: Host, packages: Sequence[Path]) -> str:
    """The packages are on the host; how apt is told of them."""
    for package in packages:
        shutil.copy(package, host.root / "root")
    return "apt-get install -y --allow-downgrades " + " ".join(f"./{package.name}" for package in packages)


def odb(host: Host) -> str:
    (host.root / "root" / "dump.py").write_text(DUMP, encoding="utf-8")
    return host.run("python3 dump.py").stdout


def test_an_upgrade_whose_migration_fails_leaves_all_as_it_was_and_can_be_taken_back(
    two: Host, packages: list[Path], tmp_path: Path
) -> None:
    old = release_of(packages[0])
    broken = put(two, next_release(packages, tmp_path / "broken", "4.99.2", ADDS, BREAKS))
    before, pids = odb(two), [main_pid(two, f"zato-server@{number}") for number in (1, 2)]
    with Load(outside(two), "/hello", method=("GET", "PUT", "POST"), body=b"{}", seconds=900) as load:
        done = two.run(broken, check=False)
    print(f"An upgrade that failed, {len(load.samples)} requests: {told(load.failed())}")
    assert done.returncode != 0
    said = done.stdout + done.stderr
    for expected in ("failed", "zt_next.id", "is what runs", "apt install --allow-downgrades ./zato*.deb"):
        assert expected in said, said
    assert re.search(rf"\b{re.escape(old)}-\d+ is what runs", said)
    assert load.failed() == [], told(load.failed())
    assert odb(two) == before
    assert [main_pid(two, f"zato-server@{number}") for number in (1, 2)] == pids
    # What is started again now, for whatever reason, is the old release too
    two.run("systemctl restart zato-server@2 zato-haproxy")
    assert eventually(lambda: servers_in_balancer(two) == 2)
    assert old in two.run("zato --version").stdout
    back = put(two, packages)
    two.run(back)
    assert two.run("dpkg --audit").stdout == ""
    assert eventually(lambda: status(two).get("ok") is True), status(two)
    assert '"user"' in hello(two)


def test_an_upgrade_to_what_does_not_start_is_undone_with_the_first_server(
    two: Host, packages: list[Path], tmp_path: Path
) -> None:
    line = "raise SystemExit('This release does not start.')"
    useless = put(two, next_release(packages, tmp_path / "useless", "4.99.1", first_line=line))
    second = main_pid(two, "zato-server@2")
    with Load(outside(two), "/hello", method=("GET", "PUT", "POST"), body=b"{}", seconds=900) as load:
        done = two.run(useless, check=False)
    print(f"An upgrade that was undone, {len(load.samples)} requests: {told(load.failed())}")
    said = done.stdout + done.stderr
    assert done.returncode != 0
    assert "Server 1 does not work with Zato 4.99.1, so the upgrade was undone." in said, said
    assert load.failed() == [], told(load.failed())
    assert servers_in_balancer(two) == 2
    assert main_pid(two, "zato-server@2") == second
    assert release_of(packages[0]) in two.run("zato --version").stdout


def test_an_upgrade_fails_no_request_and_keeps_everything(two: Host, packages: list[Path], tmp_path: Path) -> None:
    upgrade = put(two, next_release(packages, tmp_path / "next", "5.0.0", ADDS))
    assert eventually(lambda: servers_in_balancer(two) == 2)
    odb_before = odb_version(two)
    sums, items = two.run(f"sha256sum {KEPT}").stdout, two.run("zato config export").stdout
    pids = {unit: main_pid(two, unit) for unit in ("zato-server@1", "zato-server@2", "zato-haproxy")}
    # Of what the packages have in /etc/zato, one file was changed here, and others are in the next release
    two.run('echo \'"zato.admin" = "debug"\' >> /etc/zato/logging.toml')
    with Load(outside(two), "/hello", method=("GET", "PUT", "POST"), body=b"{}", seconds=900) as load:
        said = two.run(f"DEBIAN_FRONTEND=noninteractive {upgrade} </dev/null 2>&1").stdout
    assert "Configuration file" not in said
    assert two.run("find /etc/zato -name '*.dpkg-*' -o -name '*.ucf-*'").stdout == ""
    assert two.run("tail -qn 1 /etc/zato/defaults/*.toml /etc/zato/logging.toml").stdout.splitlines() == [
        *["# Of the next release"] * 2,
        '"zato.admin" = "debug"',
    ]
    failed = load.failed()
    print(
        f"Upgrade under load, {len(load.samples)} requests, never below {load.lowest_rate():.0f} a second, slowest "
        f"{load.slowest():.1f} s: {told(failed)}"
    )
    assert failed == [], told(failed)
    assert eventually(lambda: status(two).get("ok") is True), status(two)
    assert "5.0.0" in two.run("zato --version").stdout
    assert odb_version(two) == f"{int(odb_before) + 1:04}"
    for unit, before in pids.items():
        assert (main_pid(two, unit) == before) is (unit == "zato-haproxy"), unit
    programs = two.run("ps -u zato,zato-tls,zato-lb,zato-admin -o args= | grep python").stdout.splitlines()
    assert len(programs) > 10
    assert all(line.startswith("/usr/lib/zato/releases/5.0.0-1/venv/bin/python3 ") for line in programs), programs
    assert len(two.run("ls /usr/lib/zato/releases").stdout.split()) == 1
    assert two.run(f"sha256sum {KEPT}").stdout == sums
    assert two.run("zato config export").stdout == items
    assert two.run("zato --json doctor").returncode == 0
    # The former release works on the ODB of the next one
    two.run(put(two, packages))
    assert release_of(packages[0]) in two.run("zato --version").stdout
    assert answers(two)
    assert odb_version(two) == f"{int(odb_before) + 1:04}"
    two.run("zato config delete channel-rest hello && zato config set channel-rest hello --file /root/hello.json")
    assert eventually(lambda: '"user"' in hello(two))
