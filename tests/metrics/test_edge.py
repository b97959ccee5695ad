"""What the balancer has limited, as Prometheus sees it."""

from __future__ import annotations

import os
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest

from zato.host.edge_figures import EdgeFigures, load, store
from zato.metrics.edge import EdgeLimits

FIGURES = EdgeFigures(
    at=1000.0,
    limited={"passwords": 7, "made-up": 1},
    at_limits={"source_requests_max": 2, "made-up": 1},
)


def page(path: Path, now: float) -> str:
    registry = CollectorRegistry()
    registry.register(EdgeLimits(path, lambda: now))
    return generate_latest(registry).decode()


def test_what_was_limited_and_sources_at_their_limits_are_told(tmp_path: Path) -> None:
    store(tmp_path / "figures", FIGURES)
    text = page(tmp_path / "figures", 1010.0)
    assert 'zato_edge_limited_total{limit="passwords"} 7.0' in text
    assert 'zato_edge_limited_total{limit="closed"} 0.0' in text
    assert 'zato_edge_sources_at_limit{setting="source_requests_max"} 2.0' in text
    assert "made-up" not in text, "a label is nothing that an edge may make up"


def test_nothing_is_told_where_there_is_no_balancer_or_its_agent_is_away(tmp_path: Path) -> None:
    assert page(tmp_path / "figures", 1000.0) == ""
    store(tmp_path / "figures", FIGURES)
    assert page(tmp_path / "figures", 1031.0) == ""


def test_what_an_edge_has_put_in_its_place_is_no_figures(tmp_path: Path) -> None:
    (tmp_path / "figures").write_bytes(b'{"at": 1000, "limited": {"passwords": "x"}, "at_limits": {}}')
    assert load(tmp_path / "figures", 1000.0) is None
    (tmp_path / "figures").unlink()
    os.mkfifo(tmp_path / "figures")
    assert load(tmp_path / "figures", 1000.0) is None
