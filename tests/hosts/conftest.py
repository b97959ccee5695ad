"""Hosts with Zato on them, from the packages as they are built now."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from support import hosts
from support.appliance import deploy_hello, install, servers_in_balancer
from support.documents.written import written
from support.hosts import Host, NewHost
from support.once import once
from support.packages import deb
from support.root_file_systems import BEFORE, REPOSITORY, SUITE
from support.spare_hosts import Spare, spare_host
from support.ssh import Keys, Machines, connections
from support.waiting import eventually

PACKAGES = REPOSITORY / "build" / "hosts" / "packages"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = [number for number, item in enumerate(items) if item.nodeid.startswith("tests/hosts/")]
    ours = [items[number] for number in places]
    for item in ours:
        # The first of them waits for packages and a root file system to be built
        item.add_marker(pytest.mark.timeout(1200))
    # A second server is started for those that want it, and costs the others nothing. What puts another cluster in the
    # place of the appliance's comes last, and what removes Zato
    last = ("test_backup.py", "test_removal.py")
    ours.sort(key=lambda item: (item.path.name in last, "two_servers" in getattr(item, "fixturenames", ())))
    for number, item in zip(places, ours, strict=True):
        items[number] = item


@pytest.fixture(scope="session")
def packages(testrun_uid: str) -> list[Path]:
    """The Debian packages, built just now; but for their compression they are those of `make deb`."""
    return build(SUITE, testrun_uid)


@pytest.fixture(scope="session")
def packages_before(testrun_uid: str) -> list[Path]:
    """Those for the release of Debian before."""
    return build(BEFORE, testrun_uid)


def build(suite: str, run: str) -> list[Path]:
    once(run, PACKAGES.with_name(f"packages-{suite}.run"), partial(deb, PACKAGES, suite))
    return sorted((PACKAGES / suite).glob("*.deb"))


@pytest.fixture(scope="package")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    """What opens the hosts that `new_host` makes."""
    return Keys(tmp_path_factory.mktemp("ssh"))


@pytest.fixture(scope="package")
def new_host(packages: list[Path], keys: Keys) -> Iterator[NewHost]:
    """Hosts on a bridge of their own, without Zato."""
    with hosts.hosts_with(packages, keys.admit) as make:
        yield make


@pytest.fixture(scope="package")
def appliance(new_host: NewHost) -> Iterator[Host]:
    """One where the packages were installed, with a service behind /hello; tests leave it as well as they found it."""
    with new_host("appliance") as host:
        install(host)
        deploy_hello(host)
        yield host


@pytest.fixture(scope="package")
def spare(new_host: NewHost) -> Iterator[Spare]:
    """Another one for tests that upgrade, and at last remove, what is installed."""
    with spare_host(new_host) as made:
        yield made


@pytest.fixture(scope="package")
def client(new_host: NewHost) -> Iterator[Host]:
    """Another machine, without Zato."""
    with new_host("client") as host:
        yield host


@pytest.fixture
def two_servers(appliance: Host) -> Host:
    """The same, once a second server is in the balancer, which it stays in until the host is booted again."""
    started = time.monotonic()
    appliance.run(written("docs/packages.md", "systemctl start zato-server@2"))
    assert eventually(lambda: servers_in_balancer(appliance) == 2)
    print(f"Started, then in the balancer: {time.monotonic() - started:.1f} s")
    return appliance


@pytest.fixture(scope="package")
def machines(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    """Those of --ssh-config (with --sudo where one logs in as somebody else than root), or hosts that boot here."""
    given = request.config.getoption("--ssh-config")
    if given is None:
        for name in hosts.MACHINES:
            request.getfixturevalue(name)
    configuration = Path(given) if given is not None else request.getfixturevalue("keys").configuration
    with connections(
        configuration, tmp_path_factory.mktemp("connections"), sudo=request.config.getoption("--sudo")
    ) as found:
        yield found
