"""The scenarios by name. To add one: a module here with a function like these, and a line in SCENARIOS."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from support.chaos.run import Run
from support.chaos.scenarios.broker_away import broker_away
from support.chaos.scenarios.changes import change_by_polling, change_by_rabbitmq
from support.chaos.scenarios.deployments import deployments, not_loadable
from support.chaos.scenarios.drain import drain
from support.chaos.scenarios.host_gone import host_cut_off, host_frozen
from support.chaos.scenarios.odb_away import odb_away
from support.chaos.scenarios.random_kills import random_kills
from support.chaos.scenarios.reloads import haproxy_reloads, lighttpd_reloads
from support.chaos.table import Row
from support.chaos.topology import ChaosCluster

Scenario = Callable[[ChaosCluster, Run], Iterator[Row]]
"""Plays on a cluster that is well, and leaves one that will be again; yields a row for each thing that is promised."""

SCENARIOS: dict[str, Scenario] = {
    "drain": drain,
    "haproxy-reloads": haproxy_reloads,
    "lighttpd-reloads": lighttpd_reloads,
    "broker-away": broker_away,
    "odb-away": odb_away,
    "host-cut-off": host_cut_off,
    "host-frozen": host_frozen,
    "deployments": deployments,
    "not-loadable": not_loadable,
    "random-kills": random_kills,
    "change-by-rabbitmq": change_by_rabbitmq,
    "change-by-polling": change_by_polling,
}
