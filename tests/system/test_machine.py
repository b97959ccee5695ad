"""A server's machine by the admin API, through the whole chain."""

from __future__ import annotations

from support.cluster import RunningCluster


def test_the_machine_of_a_server_is_told_through_the_balancer(cluster: RunningCluster) -> None:
    api = cluster.api()
    names = {each["name"] for each in api.certificates(1)["certificates"]}
    assert {"ca", "haproxy", "server-1", "lighttpd-1"} <= names
    changes = api.settings_history(1)["changes"]
    assert changes
    assert api.settings_diff(1, changes[-1]["commit"])["server"] == 1
    found = api.examine(1)
    assert {"settings", "keys", "certificates", "disk", "ODB", "HAProxy and lighttpd", "ports"} <= set(
        found["looked_at"]
    )
    assert found["ok"] is not bool(found["findings"])
    assert api.joining()["tokens"] == []
    assert api.broker()["kind"] == "embedded"
    (server,) = api.status()["servers"]
    assert server["memory_bytes"] > 10_000_000
    assert server["in_flight"] >= 0
