"""Servers that are added and restarted while requests flow."""

from __future__ import annotations

from support.appliance import SERVER_SECONDS, eventually, outside, servers_in_balancer, status
from support.hosts import Host
from support.load import Load, told

RESTARTS = 5


def test_a_second_server_is_one_command_and_takes_requests(two_servers: Host) -> None:
    found = status(two_servers)
    assert [server["number"] for server in found["servers"]] == [1, 2]
    # Those of workers that were killed before are still told of
    assert all("was last heard of" in problem and "of server 1" in problem for problem in found["problems"]), found


def test_restarting_the_servers_in_turn_fails_no_request(two_servers: Host) -> None:
    load_of = Load(outside(two_servers), "/hello", method=("GET", "PUT", "POST"), body=b"{}", seconds=280)
    assert eventually(lambda: servers_in_balancer(two_servers) == 2, SERVER_SECONDS)
    with load_of as load:
        for _ in range(RESTARTS):
            for number in (1, 2):
                two_servers.run(f"systemctl restart zato-server@{number}")
                assert eventually(lambda: servers_in_balancer(two_servers) == 2, SERVER_SECONDS)
    requests = len(load.samples)
    print(f"{RESTARTS} rounds of restarting two servers, {requests} requests: {told(load.failed())}")
    assert load.failed() == [], told(load.failed())
