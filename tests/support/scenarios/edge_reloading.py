"""lighttpd is reloaded again and again while requests flow, through the balancer and past it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import urllib3

from support.cluster import RunningCluster
from support.load import Load, Sample
from support.waiting import until
from zato.client.agents import EdgeAgentClient
from zato.host.settings import load_cluster

PATH = "/edge"
_SOURCE = """
from zato.server.service import Service


class Edge(Service):
    name = "edge.edge"

    def handle(self):
        self.response.payload = {"ok": True}
"""


@dataclass(frozen=True, slots=True)
class Reloaded:
    """What was done under load, and what came of it."""

    servers: int
    reloads: int
    balanced: int
    direct: int
    failed: list[Sample]
    lowest_rate: float

    def __str__(self) -> str:
        return (
            f"{self.servers} servers, {self.reloads} reloads of lighttpd, {self.balanced} requests through HAProxy, "
            f"{self.direct} directly: {len(self.failed)} failed; {self.lowest_rate:.0f} requests a second at least"
        )


def edge_agent_of(cluster: RunningCluster, number: int = 1) -> EdgeAgentClient:
    return EdgeAgentClient.of_this_machine(cluster.layout, load_cluster(cluster.layout), number)


def expose(cluster: RunningCluster) -> None:
    """A service behind PATH that takes all methods."""
    api = cluster.api()
    api.deploy("edge.py", _SOURCE.encode())
    value = {"service": "edge.edge", "path": PATH, "methods": ["GET", "PUT", "POST"]}
    api.create_item("channel-rest", "edge", value)
    for direct in (False, True):
        with cluster.pool(direct=direct) as pool:
            until(partial(_serves, pool))


def _serves(pool: urllib3.HTTPSConnectionPool) -> bool:
    return pool.request("GET", PATH, retries=False).status == 200


def reload_edges(cluster: RunningCluster, servers: int, reloads: int) -> Reloaded:
    """With a service `expose`d. The servers' lighttpds are reloaded in turn; direct requests go to the first."""
    methods = ("GET", "PUT", "POST")
    agents = [edge_agent_of(cluster, number) for number in range(1, servers + 1)]
    before = [agent.state()["reloads"] for agent in agents]
    with (
        cluster.pool() as pool,
        cluster.pool(direct=True) as direct_pool,
        Load(pool, PATH, method=methods, body=b"{}", seconds=900) as balanced,
        Load(direct_pool, PATH, method=methods, body=b"{}", seconds=900) as direct,
    ):
        for done in range(reloads):
            agents[done % servers].reload()
    after = [agent.state()["reloads"] for agent in agents]
    return Reloaded(
        servers,
        sum(after) - sum(before),
        len(balanced.samples),
        len(direct.samples),
        balanced.failed() + direct.failed(),
        min(balanced.lowest_rate(), direct.lowest_rate()),
    )
