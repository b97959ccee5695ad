"""The Vagrantfile, without a hypervisor: it describes the hosts that these tests boot themselves."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from support import hosts
from support.root_file_systems import REPOSITORY

VAGRANTFILE = REPOSITORY / "Vagrantfile"


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    """What it says, in as much of Vagrant's language as support/vagrant.rb knows."""
    command = ["ruby", "-w", str(REPOSITORY / "tests/support/vagrant.rb"), str(VAGRANTFILE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_it_describes_the_same_hosts(described: dict[str, Any]) -> None:
    assert described["box"] == "debian/trixie64"
    machines = described["machines"]
    assert {name: machine["hostname"] for name, machine in machines.items()} == {name: name for name in hosts.MACHINES}
    last = {name: int(machine["networks"][0]["ip"].rpartition(".")[2]) for name, machine in machines.items()}
    assert last == hosts.MACHINES
    networks = {machine["networks"][0]["ip"].rpartition(".")[0] for machine in machines.values()}
    assert len(networks) == 1
    assert {network["kind"] for machine in machines.values() for network in machine["networks"]} == {"private_network"}


def test_the_machines_know_one_another_and_the_appliance_gets_the_packages(described: dict[str, Any]) -> None:
    machines = described["machines"]
    for machine in machines.values():
        scripts = [step["inline"] for step in machine["provisions"] if step["kind"] == "shell"]
        for other, facts in machines.items():
            assert f"echo '{facts['networks'][0]['ip']} {other}' >>/etc/hosts" in scripts[0]
        for script in scripts:
            subprocess.run(["bash", "-n"], input=script, text=True, check=True)
    files = {
        name: [step for step in machine["provisions"] if step["kind"] == "file"] for name, machine in machines.items()
    }
    assert files["client"] == []
    (packages,) = files["appliance"]
    assert (REPOSITORY / packages["source"]).resolve() == REPOSITORY / "build/deb/trixie"
    install = machines["appliance"]["provisions"][-1]["inline"]
    assert f"apt-get install -q -y {packages['destination']}/*.deb" in install
