"""Where everything is: below one directory, or, on an appliance, where Debian has such things."""

from __future__ import annotations

from pathlib import Path

import pytest

from zato.host.layout import APPLIANCE, Layout


def test_a_cluster_in_a_directory_keeps_everything_below_it() -> None:
    layout = Layout(Path("/somewhere/.zato"))
    server = layout.server(2)
    paths = [layout.settings, layout.pki, layout.secret_key, layout.odb, layout.haproxy, layout.haproxy_socket]
    paths += [server.settings, server.pickup, server.front_socket, server.health_socket, server.internal_socket]
    paths += [server.lighttpd]
    assert all(path.is_relative_to(layout.root) for path in paths)
    assert (layout.is_appliance, layout.server_numbers(3)) == (False, [1, 2, 3])


def test_an_appliance_has_its_files_where_debian_has_such_files() -> None:
    layout = Layout(APPLIANCE)
    server = layout.server(2)
    assert layout.is_appliance
    assert str(layout.ca_certificate) == "/etc/zato/pki/ca.crt"
    assert str(layout.settings) == "/etc/zato/zato.toml"
    assert str(server.config) == "/etc/zato/server-2"
    assert str(server.pickup) == "/var/lib/zato/server-2/pickup"
    assert str(server.front_socket) == "/run/zato/server-2/front/http.sock"


def test_lighttpds_doors_and_the_internal_one_are_in_directories_of_their_own() -> None:
    server = Layout(APPLIANCE).server(1)
    assert server.front_socket.parent == server.health_socket.parent != server.internal_socket.parent


def test_an_appliance_has_the_servers_that_were_ever_started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("zato.host.layout._APPLIANCE_CONFIGURATION", tmp_path)
    for name in ("server-1", "server-12", "server-x", "server-3"):
        (tmp_path / name).mkdir()
    for name in ("server-1", "server-12", "server-x"):
        (tmp_path / name / "server.toml").touch()
    assert Layout(APPLIANCE).server_numbers(1) == [1, 12]
