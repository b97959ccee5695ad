"""Servers that are added and restarted while requests flow."""

from __future__ import annotations

from support.appliance import outside, problems, servers_in_balancer, status
from support.documents.written import written
from support.hosts import Host
from support.load import Load, told
from support.scale import times
from support.waiting import eventually

RESTARTS = times(1, full=5)


def test_a_second_server_is_one_command_and_takes_requests(two_servers: Host) -> None:
    assert [server["number"] for server in status(two_servers)["servers"]] == [1, 2]
    assert eventually(lambda: problems(two_servers) == []), problems(two_servers)
    two_servers.run(written("docs/packages.md", "systemctl enable zato-server@2"))
    assert two_servers.run("systemctl is-enabled zato-server@2").stdout == "enabled\n"
    two_servers.run("systemctl disable zato-server@2")


def test_restarting_the_servers_in_turn_fails_no_request(two_servers: Host) -> None:
    load_of = Load(outside(two_servers), "/hello", method=("GET", "PUT", "POST"), body=b"{}", seconds=900)
    assert eventually(lambda: servers_in_balancer(two_servers) == 2)
    with load_of as load:
        for _ in range(RESTARTS):
            for number in (1, 2):
                two_servers.run(written("docs/packages.md", "systemctl restart zato-server@N", {"N": str(number)}))
                assert eventually(lambda: servers_in_balancer(two_servers) == 2)
    requests = len(load.samples)
    print(f"{RESTARTS} rounds of restarting two servers, {requests} requests: {told(load.failed())}")
    assert load.failed() == [], told(load.failed())
