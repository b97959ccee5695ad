"""What can be known to be wrong before anything is started."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest

from support.ports import free_port
from zato.core.errors import SetupError
from zato.host.layout import Layout
from zato.host.settings import ClusterSettings
from zato.quickstart.preflight import check_directory, check_ports


def refusal(check: Any, *arguments: Any) -> SetupError:
    with pytest.raises(SetupError) as refused:
        check(*arguments)
    return refused.value


def settings_on_free_ports() -> ClusterSettings:
    return ClusterSettings(
        bind="127.0.0.1",
        lb_port=free_port(),
        haproxy_agent_port=free_port(),
        lighttpd_port=free_port(),
        lighttpd_agent_port=free_port(),
    )


@pytest.fixture
def short() -> Iterator[Path]:
    with TemporaryDirectory(prefix="zato-") as made:  # the kernel takes 107 bytes for sockets
        yield Path(made)


def test_a_directory_that_can_be_made_will_do(short: Path) -> None:
    check_directory(Layout(short / "new" / "cluster"))


def test_a_file_in_its_place_or_above_it_is_named(short: Path) -> None:
    file = short / "file"
    file.touch()
    for root in (file, file / "below"):
        assert refusal(check_directory, Layout(root)).message.startswith(f"{file} is a file")


def test_a_path_that_is_too_long_for_sockets_is_refused_with_how_much(short: Path) -> None:
    beyond = len(str(Layout(short / "x").server(99).internal_socket).encode()) - 1 - 107
    check_directory(Layout(short / ("x" * -beyond)))
    refused = refusal(check_directory, Layout(short / ("x" * (1 - beyond))))
    assert "too long a path for unix sockets, by 1 bytes" in refused.message


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"haproxy_agent_port": 11000}, "HAProxy's agent would have port 11000"),
        ({"lighttpd_port": 11000}, "Server 1's lighttpd would have port 11000"),
        ({"lighttpd_port": 10999, "servers": 2}, "Server 2's lighttpd would have port 11000"),
        ({"lighttpd_port": 65535, "servers": 2}, "Server 2's lighttpd would have port 65536"),
        ({"lighttpd_agent_port": 20000, "lighttpd_port": 20000}, "agent of server 1's lighttpd would have port 20000"),
        ({"lighttpd_agent_port": 65535, "servers": 2}, "agent of server 2's lighttpd would have port 65536"),
    ],
)
def test_two_parts_of_a_cluster_cannot_have_one_port(tmp_path: Path, changed: dict[str, int], named: str) -> None:
    settings = msgspec.structs.replace(ClusterSettings(lb_port=11000), **changed)
    refused = refusal(check_ports, Layout(tmp_path), settings)
    assert named in refused.message
    assert refused.code == "port"
    assert str(Layout(tmp_path).settings) in refused.message


def test_free_ports_will_do_and_one_that_is_taken_is_named_with_who_has_it(tmp_path: Path) -> None:
    settings = settings_on_free_ports()
    check_ports(Layout(tmp_path), settings)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", settings.lb_port))
        taken.listen()
        refused = refusal(check_ports, Layout(tmp_path), settings)
    assert refused.code == "port-taken"
    assert f"Port {settings.lb_port} on 127.0.0.1 is taken by" in refused.message
    assert "set lb_port in" in refused.message


def test_an_address_that_is_not_of_this_machine_is_refused(tmp_path: Path) -> None:
    settings = msgspec.structs.replace(settings_on_free_ports(), bind="198.51.100.1")
    refused = refusal(check_ports, Layout(tmp_path), settings)
    assert (refused.code, "198.51.100.1" in refused.message) == ("address", True)
