"""HAProxy's agent on a running cluster."""

from __future__ import annotations

import os
import signal
import socket
import time
from contextlib import suppress
from pathlib import Path

import pytest
import urllib3

from support.agents import lets_in
from support.cluster import RunningCluster
from support.load import Load, told
from support.ports import free_port
from support.scenarios.balancing import PATH, agent_of, balance, change_server, end, has, server_state
from support.waiting import until
from zato.agent.haproxy.running import RunningHaproxy
from zato.core.errors import ZatoError
from zato.host.settings import load_cluster
from zato.pki.authority import Authority

PERIOD_SECONDS = 1


def problems(cluster: RunningCluster) -> list[str]:
    found: list[str] = agent_of(cluster).state()["problems"]
    return found


def test_reloads_drains_and_servers_that_go_and_come_fail_no_request(two: RunningCluster) -> None:
    seen = balance(two, rounds=1, reloads=5)
    print(seen)
    assert seen.failed == [], told(seen.failed)
    assert seen.reloads == 5


def test_what_haproxy_has_found_out_of_its_servers_outlives_a_reload(two: RunningCluster) -> None:
    """Else it would send requests to what is down, and take out what is up with the first check that is late."""
    stopped = two.pids()["lighttpd-2"]
    os.kill(stopped, signal.SIGSTOP)
    try:
        until(has(two, 2, "DOWN"))
        agent_of(two).reload()
        assert server_state(two, 2) is not None
        assert has(two, 2, "DOWN")()
    finally:
        os.kill(stopped, signal.SIGCONT)
    until(has(two, 2, "UP"))


def test_a_lighttpd_that_loses_its_socket_and_has_it_again_fails_no_request(two: RunningCluster) -> None:
    """As when its server comes back with the release before, which has none, and then with this one."""
    haproxy, socket_path = RunningHaproxy.of(two.layout), two.layout.server(2).edge_socket
    aside = socket_path.with_name("aside.sock")
    port, places = load_cluster(two.layout).lighttpd_port_of(2), []

    def is_up_at(*place: object) -> bool:
        try:
            server = (haproxy.look().servers or {}).get("server-2")
        except ZatoError:  # it is being reloaded
            return False
        if server is None:  # removed, and about to be added
            return False
        places.append((server.address, server.port))
        return server.is_up and places[-1] == place

    until(lambda: is_up_at("-", 0))
    with two.pool() as pool, Load(pool, PATH, method=("POST", "GET")) as load:
        socket_path.rename(aside)
        try:
            until(lambda: is_up_at("127.0.0.1", port))
        finally:
            aside.rename(socket_path)
        until(lambda: is_up_at("-", port))
    assert load.failed() == [], told(load.failed())
    assert set(places) == {("-", 0), ("127.0.0.1", port), ("-", port)}


def test_what_operators_have_said_outlives_the_agent_and_haproxy(two: RunningCluster) -> None:
    change_server(two, 2, drain=True, weight=7)
    try:
        until(has(two, 2, "DRAIN"))
        for name in ("haproxy-agent", "haproxy"):
            end(two, name, signal.SIGKILL)
            until(two.answers)
            until(lambda: _status(two) == ("drain", 7, "DRAIN"))
    finally:
        change_server(two, 2, drain=False, weight=100)
    until(has(two, 2, "UP"))


def _status(cluster: RunningCluster) -> tuple[object, ...]:
    try:
        state = server_state(cluster, 2)
    except ZatoError:  # it is starting
        return ()
    return () if state is None else (state["mode"], state["weight"], state["status"])


def test_files_of_administrators_are_taken_up_and_a_broken_one_is_told_in_haproxys_words(two: RunningCluster) -> None:
    own, port = two.layout.haproxy / "own.cfg", free_port()

    def answers() -> bool:
        try:
            return bool(urllib3.request("GET", f"http://127.0.0.1:{port}/", retries=False, timeout=2).status == 418)
        except urllib3.exceptions.HTTPError:
            return False

    good = f"frontend own\n    bind 127.0.0.1:{port}\n    http-request return status 418\n"
    try:
        own.write_text(good)
        until(answers)
        own.write_text(good + "    nonsense here\n")
        until(lambda: any("unknown keyword 'nonsense'" in problem for problem in problems(two)))
        with pytest.raises(ZatoError, match="unknown keyword 'nonsense'"):
            agent_of(two).validate()
        assert answers()
        # What only a reload can find out
        with socket.create_server(("127.0.0.1", 0)) as taken:
            own.write_text(good + f"    bind 127.0.0.1:{taken.getsockname()[1]}\n")
            until(lambda: any("the last good one is in place again" in text for text in problems(two)))
            assert answers()
            assert two.answers()
        agent_of(two).reload()  # the port is free now
        until(lambda: problems(two) == [])
    finally:
        own.unlink()
    until(lambda: not answers() and problems(two) == [])


def test_requests_of_one_address_are_limited_and_exempt_networks_are_not(two: RunningCluster) -> None:
    api = two.api()
    limits = {"requests_max": 20, "requests_period_seconds": PERIOD_SECONDS}
    api.create_item("balancer", "balancer", limits)
    with two.pool() as pool:

        def statuses() -> set[int]:
            return {pool.request("GET", PATH, retries=False).status for _ in range(40)}

        try:
            until(lambda: is_loaded(two, "(requests_max of the balancer)"))
            assert statuses() == {200, 429}
            time.sleep(PERIOD_SECONDS * 2)  # the admin API is behind the same limit
            item = api.item("balancer", "balancer")
            exempt = {**limits, "exempt_networks": ["127.0.0.0/8"]}
            api.update_item("balancer", "balancer", exempt, item["revision"])
            until(lambda: is_loaded(two, "acl exempt src 127.0.0.0/8"))
            assert statuses() == {200}
        finally:
            time.sleep(PERIOD_SECONDS * 2)
            api.delete_item("balancer", "balancer")
    until(lambda: not is_loaded(two, "(requests_max of the balancer)"))


def is_loaded(cluster: RunningCluster, text: str) -> bool:
    """Whether HAProxy serves with a file that has this text."""
    return text in (cluster.layout.haproxy / "good" / "haproxy.cfg").read_text(encoding="utf-8")


def test_an_operator_goes_back_to_the_configuration_before(two: RunningCluster) -> None:
    api = two.api()
    until(lambda: problems(two) == [])
    before = agent_of(two).state()["configuration"]
    api.create_item("balancer", "balancer", {"algorithm": "leastconn"})
    try:
        until(lambda: agent_of(two).state()["configuration"] != before)
        assert agent_of(two).rollback()["configuration"] == before
        until(lambda: any("has gone back" in problem for problem in problems(two)))
        change_server(two, 2, drain=True)  # which holds all the same
        until(has(two, 2, "DRAIN"))
        change_server(two, 2, drain=False)
        until(has(two, 2, "UP"))
    finally:
        api.delete_item("balancer", "balancer")
    until(lambda: problems(two) == [])


def test_nobody_but_the_administrator_is_let_in(two: RunningCluster, tmp_path: Path) -> None:
    pki = two.layout.pki
    Authority(pki).issue_client("partner")
    stranger = Authority(tmp_path)
    stranger.create("zato")
    stranger.issue_client("admin")
    shown = {
        "nobody": None,
        "partner": pki / "partner.crt",
        "balancer": pki / "haproxy-client.crt",
        "a server's": pki / "lighttpd-1.crt",
        "another cluster's administrator": tmp_path / "admin.crt",
    }
    let_in = {name for name, certificate in shown.items() if lets_in(two, two.agent_port, "localhost", certificate)}
    assert let_in == set()
    assert lets_in(two, two.agent_port, "localhost", pki / "admin.crt")
    with socket.create_connection(("127.0.0.1", two.agent_port), 5) as plain, suppress(ConnectionError):
        plain.sendall(b"GET /zato/agent/state HTTP/1.0\r\n\r\n")  # without TLS
        assert not plain.recv(100).startswith(b"HTTP/")
    assert "A client of the agent was refused" in two.said()


def test_silent_connections_do_not_keep_the_agent_from_its_work(two: RunningCluster) -> None:
    # An address has a share of the places only: from this one nobody else would get any
    silent = [
        socket.create_connection(("127.0.0.1", two.agent_port), 5, source_address=("127.0.0.2", 0)) for _ in range(10)
    ]
    try:
        change_server(two, 2, weight=9)
        until(lambda: (server_state(two, 2) or {}).get("weight") == 9)
    finally:
        for connection in silent:
            connection.close()
        change_server(two, 2, weight=100)
