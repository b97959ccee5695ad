"""What /zato/metrics says."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from support.cluster import RunningCluster


def text(cluster: RunningCluster) -> str:
    with cluster.pool("admin") as pool:
        answer = pool.request("GET", "/zato/metrics", retries=False)
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    return str(answer.data.decode())


def value(cluster: RunningCluster, name: str, /, **labels: str) -> float:
    """A sample of server 1, 0 where there is none yet."""
    expected = {"server": "1", **labels}
    samples = [sample for family in text_string_to_metric_families(text(cluster)) for sample in family.samples]
    found = [sample.value for sample in samples if sample.name == name and sample.labels == expected]
    assert len(found) <= 1, found
    return found[0] if found else 0.0
