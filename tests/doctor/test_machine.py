"""A lighttpd that other machines do not reach is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from zato.doctor.machine import check_ports
from zato.host.layout import Layout
from zato.host.settings import ClusterSettings

REMEDY = "zato edge reload 1"


def remedies(layout: Layout, cluster: ClusterSettings) -> list[str]:
    return [finding.remedy for finding in check_ports(layout, cluster, [1])]


@pytest.mark.parametrize(
    ("setting", "present", "found"),
    [("", "127.0.0.1", True), ("", "0.0.0.0", False), ("127.0.0.1", "127.0.0.1", False), ("", "10.0.0.2", False)],
)
def test_other_machines_have_to_reach_lighttpd(tmp_path: Path, setting: str, present: str, found: bool) -> None:
    layout = Layout(tmp_path)
    server = layout.server(1)
    server.lighttpd.mkdir(parents=True)
    (server.lighttpd / "lighttpd.conf").write_text(f'$SERVER["socket"] == "{present}:17010" {{\n}}\n')
    cluster = ClusterSettings(bind="0.0.0.0", lighttpd_bind=setting, lb_port=1, lighttpd_port=1)
    assert REMEDY not in remedies(layout, cluster)
    server.other_machines.parent.mkdir(parents=True)
    server.other_machines.touch()
    assert (REMEDY in remedies(layout, cluster)) is found
