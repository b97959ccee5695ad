"""What one process of HAProxy's hands to the next one, where servers are reached otherwise from then on."""

from __future__ import annotations

import pytest

from zato.agent.haproxy.file_set import local_servers_in, ports_in, servers_in
from zato.agent.haproxy.names import CONFIGURATION
from zato.agent.haproxy.server_states import with_ports

HEADER = "1\n# be_id be_name srv_id srv_name srv_addr srv_op_state srv_fqdn srv_port srvrecord\n"


def row(backend: str, name: str, address: str, port: int, state: int = 0) -> str:
    return f"3 {backend} 1 {name} {address} {state} - {port} -"


def test_a_server_that_leaves_its_socket_is_as_well_as_it_was_and_has_a_port() -> None:
    states = with_ports(HEADER + row("servers", "server-1", "-", 0), {"server-1": 17010})
    assert states == HEADER + row("servers", "server-1", "-", 17010)


@pytest.mark.parametrize(
    "line",
    [
        row("servers", "server-2", "-", 0),  # at its socket, as before
        row("servers", "server-1", "127.0.0.1", 17099),  # the agent says when it is to be reached elsewhere
        row("own", "server-1", "-", 0),  # of an administrator's backend
        "",
    ],
)
def test_all_else_is_handed_on_as_it_is(line: str) -> None:
    assert with_ports(HEADER + line, {"server-1": 17010}) == (HEADER + line).rstrip("\n")


def test_without_states_there_is_nothing_to_change() -> None:
    assert with_ports("1", {"server-1": 17010}) == "1"


def test_files_tell_by_what_their_servers_are_reached() -> None:
    files = {
        CONFIGURATION: b"backend servers\n"
        b'    server server-1 "unix@/run/zato/server-1/edge/tls.sock" weight 100 sni str(lighttpd-1)\n'
        b"    server server-2 10.1.2.3:17011 weight 100 sni str(lighttpd-2)\n"
        b"    server server-3 [::1]:17012 weight 100 disabled sni str(lighttpd-3)\n"
    }
    assert local_servers_in(files) == {"server-1"}
    assert ports_in(files) == {"server-2": 17011, "server-3": 17012}
    assert servers_in(files) == {"server-1", "server-2", "server-3"}
