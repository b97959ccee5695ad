"""What zato doctor finds, each as somebody would bring it about."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from support.cluster import RunningCluster
from support.waiting import until
from zato.doctor.certificates import check as check_certificates
from zato.doctor.clocks import check as check_clocks
from zato.host.layout import Layout
from zato.host.settings import load_cluster
from zato.pki.authority import Authority


@pytest.fixture(scope="module")
def cluster() -> Iterator[RunningCluster]:
    with TemporaryDirectory(prefix="zato-") as directory:
        made = RunningCluster(Path(directory) / "z", "--workers", "1")
        made.start()
        yield made
        made.stop()


def doctor(cluster: RunningCluster) -> tuple[int, dict[str, Any]]:
    done = cluster.zato("doctor", "--json", check=False)
    return done.returncode, json.loads(done.stdout)


def problems(cluster: RunningCluster, subject: str) -> list[str]:
    code, found = doctor(cluster)
    assert (code, found["ok"]) == (1, False)
    return [f"{each['problem']} -> {each['remedy']}" for each in found["findings"] if each["subject"] == subject]


def test_a_cluster_that_runs_is_well(cluster: RunningCluster) -> None:
    code, found = doctor(cluster)
    assert (code, found["ok"], found["findings"]) == (0, True, [])
    said = cluster.zato("doctor").stdout.splitlines()
    assert [line.split()[0] for line in said] == ["well"] * len(found["looked_at"])


def test_a_key_that_others_can_read_is_named_with_the_command_that_closes_it(cluster: RunningCluster) -> None:
    key = cluster.layout.pki / "haproxy.key"
    key.chmod(0o644)
    try:
        assert problems(cluster, "keys") == [f"{key} can be read by more than its owner. -> chmod 600 {key}"]
    finally:
        key.chmod(0o600)


def test_a_server_from_the_future_means_that_a_clock_is_wrong(cluster: RunningCluster) -> None:
    behind = datetime.now(UTC) - timedelta(seconds=30)
    settings = load_cluster(cluster.layout)
    (finding,) = check_clocks(cluster.layout, settings, behind)
    assert "Server 1 was last heard of 3" in finding.problem or "Server 1 was last heard of 2" in finding.problem
    assert finding.remedy == "timedatectl"
    assert list(check_clocks(cluster.layout, settings, datetime.now(UTC))) == []


def test_a_setting_that_is_not_valid_is_named(cluster: RunningCluster) -> None:
    settings = cluster.layout.server(1).settings
    saved = settings.read_text(encoding="utf-8")
    refusal = settings.with_name(f"{settings.name}.error")
    settings.write_text(saved + "worker = 3\n", encoding="utf-8")
    try:
        until(refusal.exists)  # the singleton finds it in its own time
        (found,) = problems(cluster, "settings")
        assert "worker" in found
        assert str(settings) in found
    finally:
        settings.write_text(saved, encoding="utf-8")


def test_haproxys_and_lighttpds_own_words_are_passed_on(cluster: RunningCluster) -> None:
    files = [cluster.layout.haproxy / "haproxy.cfg", cluster.layout.server(1).lighttpd / "lighttpd.conf"]
    saved = [path.read_text(encoding="utf-8") for path in files]
    for path, text in zip(files, saved, strict=True):
        path.write_text(text + "\nnonsense here\n", encoding="utf-8")
    try:
        found = problems(cluster, "HAProxy and lighttpd")
        assert len(found) == 2
        assert "nonsense" in found[0]
    finally:
        for path, text in zip(files, saved, strict=True):
            path.write_text(text, encoding="utf-8")


def test_a_refused_file_in_the_pickup_directory_is_told_of(cluster: RunningCluster) -> None:
    left = cluster.layout.server(1).pickup / "shop.py.error"
    left.write_text("line 3: invalid syntax\n", encoding="utf-8")
    try:
        assert problems(cluster, "pickup directories") == [f"shop.py was refused by server 1. -> cat {left}"]
    finally:
        left.unlink()


def test_an_odb_of_another_version_and_ports_that_nobody_has_are_found_when_nothing_runs() -> None:
    with TemporaryDirectory(prefix="zato-") as directory:
        made = RunningCluster(Path(directory) / "z", "--workers", "1")
        made.start()
        made.stop()
        made.layout.odb.unlink()
        (found,) = problems(made, "ODB")
        assert "zato odb init" in found
        first, second = problems(made, "ports")
        assert f"port {made.lb_port}" in first
        assert f"port {made.lighttpd_port}" in second


def test_a_certificate_is_found_when_it_is_due_when_it_has_expired_and_before_its_time(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    layout.pki.mkdir()
    authority = Authority(layout.pki)
    authority.create("zato")
    authority.issue_client("partner", days=90)
    now = datetime.now(UTC)

    def found(days: float) -> list[str]:
        return [
            f"{each.problem} -> {each.remedy}"
            for each in check_certificates(layout, now + timedelta(days=days))
            if "partner" in each.problem
        ]

    assert found(1) == []
    remedy = "zato pki issue-client partner --replace"
    (due,) = found(70)
    assert (" expires on " in due, due.endswith(remedy)) == (True, True)
    (expired,) = found(91)
    assert (" has expired on " in expired, expired.endswith(remedy)) == (True, True)
    (early,) = found(-30)
    assert "clock" in early
