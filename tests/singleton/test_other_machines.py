"""Whether there are servers on other machines is said beside each server of this one."""

from __future__ import annotations

from pathlib import Path

import pytest

from zato.config.configuration import Configuration
from zato.host.layout import Layout, ServerLayout
from zato.host.settings import ClusterSettings
from zato.odb.changes import StoredItem
from zato.singleton.other_machines import OtherMachines


@pytest.fixture
def servers(tmp_path: Path) -> list[ServerLayout]:
    made = [Layout(tmp_path).server(number) for number in (1, 2)]
    for server in made:
        server.root.mkdir()
    return made


def on(*hosts: str) -> Configuration:
    """One with a server on each of these."""
    items = [
        StoredItem("server", f"server-{number}", number, f'{{"host": "{host}"}}')
        for number, host in enumerate(hosts, start=1)
    ]
    return Configuration.from_items(len(items), items)


def said(servers: list[ServerLayout]) -> list[bool]:
    return [server.other_machines.exists() for server in servers]


def test_it_is_said_beside_each_server_for_as_long_as_it_is_so(servers: list[ServerLayout]) -> None:
    machines = OtherMachines(servers, ClusterSettings())
    for hosts, expected in (
        (("localhost",), False),
        (("localhost", "two.example.com"), True),
        (("localhost", "two.example.com", "three.example.com"), True),
        (("localhost",), False),
        ((), False),
    ):
        machines.follow(on(*hosts))
        machines.step()
        assert said(servers) == [expected, expected]


def test_nothing_is_said_or_taken_back_before_there_is_a_configuration(servers: list[ServerLayout]) -> None:
    servers[0].other_machines.parent.mkdir()
    servers[0].other_machines.touch()
    OtherMachines(servers, ClusterSettings()).step()
    assert said(servers) == [True, False]


def test_what_could_not_be_said_is_said_once_the_disk_has_room(servers: list[ServerLayout]) -> None:
    in_the_way = servers[0].root / "applied"
    in_the_way.touch()  # nothing can be made there
    machines = OtherMachines(servers, ClusterSettings())
    machines.follow(on("two.example.com"))
    with pytest.raises(OSError, match="File exists"):
        machines.step()
    in_the_way.unlink()
    machines.step()
    assert said(servers) == [True, True]
