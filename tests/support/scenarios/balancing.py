"""HAProxy is reloaded, and its servers drain, go and come, while requests flow."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from support.cluster import RunningCluster
from support.load import Load, Sample
from support.waiting import until
from zato.client.agents import BalancerAgentClient
from zato.host.settings import load_cluster

PATH = "/balanced"
_SOURCE = """
import os

from zato.server.service import Service


class Balanced(Service):
    name = "balanced.balanced"

    def handle(self):
        self.response.payload = {"master": os.getppid()}
"""


@dataclass(frozen=True, slots=True)
class Balanced:
    """What was done under load, and what came of it."""

    rounds: int
    reloads: int
    requests: int
    failed: list[Sample]
    lowest_rate: float

    def __str__(self) -> str:
        return (
            f"{self.rounds} rounds of drain, ready, remove, add, {self.reloads} reloads, {self.requests} requests: "
            f"{len(self.failed)} failed; {self.lowest_rate:.0f} requests a second at least"
        )


def agent_of(cluster: RunningCluster) -> BalancerAgentClient:
    return BalancerAgentClient.of_this_machine(cluster.layout, load_cluster(cluster.layout))


def expose(cluster: RunningCluster) -> None:
    """A service behind PATH that says which server has answered; every worker knows it."""
    api = cluster.api()
    api.deploy("balanced.py", _SOURCE.encode())
    value = {"service": "balanced.balanced", "path": PATH, "methods": ["GET", "POST"]}
    api.create_item("channel-rest", "balanced", value)
    cluster.settle()


def server_state(cluster: RunningCluster, number: int) -> dict[str, Any] | None:
    """As HAProxy's agent tells it; None where there is no such server."""
    found = {server["name"]: server for server in agent_of(cluster).state()["servers"]}
    return found.get(f"server-{number}")


def has(cluster: RunningCluster, number: int, status: str | None) -> Callable[[], bool]:
    def check() -> bool:
        state = server_state(cluster, number)
        return (state and state["status"]) == status

    return check


def change_server(cluster: RunningCluster, number: int, **fields: object) -> dict[str, Any]:
    """Fields of the server's item; the item before."""
    api = cluster.api()
    item = api.item("server", f"server-{number}")
    api.update_item("server", f"server-{number}", {**item["value"], **fields}, item["revision"])
    return item


def balance(cluster: RunningCluster, *, rounds: int, reloads: int) -> Balanced:
    """On a cluster of two servers with `expose`d services. POST: HAProxy repeats none of these."""
    api, agent = cluster.api(), agent_of(cluster)
    each = -(-reloads // rounds)
    done = 0
    with cluster.pool() as pool, Load(pool, PATH, method=("POST", "GET"), seconds=600) as load:
        for _ in range(rounds):
            change_server(cluster, 2, drain=True)
            until(has(cluster, 2, "DRAIN"))
            for _ in range(min(each, reloads - done)):
                agent.reload()
                done += 1
            item = change_server(cluster, 2, drain=False)
            until(has(cluster, 2, "UP"))
            api.delete_item("server", "server-2")
            until(lambda: server_state(cluster, 2) is None)
            api.create_item("server", "server-2", {**item["value"], "drain": False})
            until(has(cluster, 2, "UP"))
    return Balanced(rounds, done, len(load.samples), load.failed(), load.lowest_rate())


def end(cluster: RunningCluster, name: str, number: int) -> None:
    """Sends a process of the cluster a signal, and waits until its supervisor has another one running."""
    before = cluster.pids()[name]
    os.kill(before, number)
    until(lambda: cluster.pids().get(name, before) != before)
