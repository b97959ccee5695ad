"""What HAProxy's agent does with its files while there is no HAProxy."""

from __future__ import annotations

import json
import threading

from zato.agent.haproxy import files
from zato.agent.haproxy.desired_state import DesiredState, load
from zato.agent.haproxy.file_set import file_sets, servers_in
from zato.agent.haproxy.reconciler import HaproxyReconciler
from zato.agent.haproxy.running import RunningHaproxy
from zato.agent.haproxy.server_addresses import Addresses
from zato.config.configuration import Configuration
from zato.core.clock import SystemClock
from zato.host.layout import Layout
from zato.host.settings import ClusterSettings
from zato.odb.log import StoredItem

CLUSTER = ClusterSettings()


def reconciler(layout: Layout) -> HaproxyReconciler:
    clock = SystemClock()
    return HaproxyReconciler(
        layout, CLUSTER, RunningHaproxy.of(layout), Addresses(CLUSTER, clock), clock, threading.Event()
    )


def servers(layout: Layout) -> frozenset[str]:
    found = file_sets(layout).in_place()
    assert found is not None
    return servers_in(found)


def test_files_that_do_not_name_the_servers_are_written_again_however_new_they_are(layout: Layout) -> None:
    files.write(layout, files.view_of(layout, CLUSTER, DesiredState()))
    assert servers(layout) == frozenset()
    reconciler(layout).turn()
    assert servers(layout) == {"server-1"}


def test_the_file_follows_the_configuration_and_is_there_for_the_next_start(layout: Layout) -> None:
    agent = reconciler(layout)
    items = [
        StoredItem("server", "server-1", 1, json.dumps({"weight": 7})),
        StoredItem("server", "server-2", 2, json.dumps({"host": "10.1.2.3", "drain": True})),
        StoredItem("server", "server-3", 3, json.dumps({"host": "nowhere.invalid"})),
    ]
    agent.follow(Configuration.from_items(3, items))
    text = (layout.haproxy / "haproxy.cfg").read_text(encoding="utf-8")
    assert "server server-1 127.0.0.1:17010 weight 7 sni" in text
    assert "server server-2 10.1.2.3:17011 weight 100 disabled sni" in text
    assert servers(layout) == {"server-1", "server-2"}  # the third has no address
    assert load(layout) == agent.desired
    assert reconciler(layout).desired == agent.desired


def test_files_with_which_haproxy_did_not_serve_are_not_put_in_place_again(layout: Layout) -> None:
    files.write(layout, files.view_of(layout, CLUSTER, files.state_to_start_with(layout, CLUSTER)))
    (layout.haproxy / "own.cfg").write_text("frontend own\n    mode http\n    bind 127.0.0.1:1\n")
    view = files.view_of(layout, CLUSTER, files.state_to_start_with(layout, CLUSTER))
    file_sets(layout).reject(files.wanted(layout, view), "It did not serve.")
    assert files.write(layout, view) is False
    file_sets(layout).reject_nothing()
    assert files.write(layout, view) is True
