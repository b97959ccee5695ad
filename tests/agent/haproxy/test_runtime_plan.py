"""What HAProxy is told to get from the servers that it has to those that it should have."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from zato.agent.haproxy.runtime_plan import (
    FoundServer,
    RuntimePlan,
    after_adding,
    has_to_come_to_socket,
    runtime_plan,
    servers_in,
)
from zato.agent.haproxy.view import BalancedServer
from zato.config.balancing import Mode


def wanted(number: int = 1, *, mode: Mode = Mode.READY, weight: int = 100, address: str = "10.0.0.1") -> BalancedServer:
    name = f"lighttpd-{number}"
    return BalancedServer(
        name=f"server-{number}", address=address, port=17009 + number, certificate_host=name, mode=mode, weight=weight
    )


def found(number: int = 1, *, mode: Mode = Mode.READY, weight: int = 100) -> dict[str, FoundServer]:
    return {f"server-{number}": FoundServer("10.0.0.1", 17009 + number, mode, weight)}


def test_nothing_is_said_where_all_is_as_it_should_be() -> None:
    assert runtime_plan({**found(1), **found(2)}, [wanted(1), wanted(2)]) == RuntimePlan((), (), ())


@pytest.mark.parametrize("before", [*Mode])
@pytest.mark.parametrize("after", [*Mode])
def test_a_server_comes_from_each_state_to_each_other(before: Mode, after: Mode) -> None:
    commands = () if before is after else (f"set server servers/server-1 state {after}",)
    assert runtime_plan(found(mode=before), [wanted(mode=after)]).commands == commands


def test_weight_and_address_are_changed_in_place() -> None:
    assert runtime_plan(found(), [wanted(weight=7, address="10.0.0.9")]).commands == (
        "set server servers/server-1 addr 10.0.0.9 port 17010",
        "set server servers/server-1 weight 7",
    )


def test_a_new_server_is_added_and_takes_nothing_before_its_first_health_check() -> None:
    assert runtime_plan(found(1), [wanted(1), wanted(2)]) == RuntimePlan((), (wanted(2),), ())
    assert after_adding(wanted(2)) == (
        "enable health servers/server-2",
        "set server servers/server-2 state ready; set server servers/server-2 health down",
    )
    assert after_adding(wanted(2, mode=Mode.MAINTENANCE)) == ("enable health servers/server-2",)


def test_a_server_that_is_gone_is_put_out_of_use_before_it_is_removed() -> None:
    assert runtime_plan({**found(1), **found(2)}, [wanted(1)]) == RuntimePlan(
        ("set server servers/server-2 state maint",), (), ("server-2",)
    )
    assert runtime_plan({**found(1), **found(2, mode=Mode.MAINTENANCE)}, [wanted(1)]) == RuntimePlan(
        (), (), ("server-2",)
    )


STATE = """1
# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight srv_port
3 servers 1 server-1 127.0.0.1 2 0 100 100 17010
3 servers 2 server-2 10.1.2.3 2 8 50 100 17011
3 servers 3 server-3 ::1 0 5 100 100 17012
"""


def test_what_haproxy_says_of_its_servers_is_understood() -> None:
    assert servers_in(STATE) == {
        "server-1": FoundServer("127.0.0.1", 17010, Mode.READY, 100),
        "server-2": FoundServer("10.1.2.3", 17011, Mode.DRAIN, 50),
        "server-3": FoundServer("::1", 17012, Mode.MAINTENANCE, 100, is_up=False),
    }
    assert servers_in("Can't find backend.\n") is None


def test_a_socket_stays_and_who_leaves_it_is_removed_and_added_again() -> None:
    local = dataclasses.replace(wanted(), socket=Path("/run/tls.sock"))
    by_socket = {"server-1": FoundServer("-", 0, Mode.READY, 100)}
    assert runtime_plan(by_socket, [local]) == RuntimePlan((), (), ())
    assert runtime_plan(by_socket, [wanted()]) == RuntimePlan(
        ("set server servers/server-1 state maint",), (), ("server-1",)
    )
    assert runtime_plan({}, [wanted()]).added == (wanted(),)


def test_haproxy_is_reloaded_for_files_with_a_socket_that_it_does_not_use() -> None:
    by_socket = {"server-1": FoundServer("-", 0, Mode.READY, 100)}
    assert has_to_come_to_socket(found(), ["server-1"])
    assert not has_to_come_to_socket(by_socket, ["server-1"])
    assert not has_to_come_to_socket(found(), [])
    assert not has_to_come_to_socket(found(), ["server-2"])  # it has not come yet
    assert runtime_plan(found(), [dataclasses.replace(wanted(), socket=Path("/run/tls.sock"))]) == RuntimePlan(
        (), (), ()
    )
