"""Hosts with Zato on them, from the packages as they are built now."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support import hosts
from support.appliance import SERVER_SECONDS, deploy_hello, eventually, install, servers_in_balancer
from support.hosts import Host, NewHost

PACKAGES = hosts.REPOSITORY / "build" / "deb"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            # The first of them waits for packages and a root file system to be built
            item.add_marker(pytest.mark.timeout(600))


@pytest.fixture(scope="session")
def packages() -> list[Path]:
    """The Debian packages, built just now."""
    subprocess.run([str(hosts.REPOSITORY / "tools" / "deb")], check=True, stdout=subprocess.DEVNULL)
    return sorted(PACKAGES.glob("*.deb"))


@pytest.fixture(scope="session")
def new_host(packages: list[Path]) -> Iterator[NewHost]:
    """Hosts on a bridge of their own, without Zato."""
    directory = hosts.new_directory()
    numbers = iter(range(11, 250))

    @contextmanager
    def make(name: str) -> Iterator[Host]:
        with hosts.host(name, directory, next(numbers)) as made:
            for package in packages:
                shutil.copy(package, made.root / "root")
            made.boot()
            yield made

    try:
        with hosts.bridge():
            yield make
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def appliance(new_host: NewHost) -> Iterator[Host]:
    """One where the packages were installed, with a service behind /hello; tests leave it as well as they found it."""
    with new_host("appliance") as host:
        install(host)
        deploy_hello(host)
        yield host


@pytest.fixture
def two_servers(appliance: Host) -> Host:
    """The same, with a second server from now on, until the host is booted again; it was in the balancer in time."""
    started = time.monotonic()
    appliance.run("systemctl start zato-server@2")
    assert eventually(lambda: servers_in_balancer(appliance) == 2, SERVER_SECONDS - (time.monotonic() - started))
    return appliance
