"""What a cluster that exists already makes of changed settings, a lost ODB, and one that is away."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from support.cluster import RunningCluster
from support.ports import free_port
from support.waiting import until
from zato.pki.certificates import hosts_of, load_certificate


@pytest.fixture(scope="module")
def shared() -> Iterator[RunningCluster]:
    with TemporaryDirectory(prefix="zato-") as directory:
        made = RunningCluster(Path(directory) / "z", "--workers", "1")
        made.start()
        made.stop()
        yield made
        made.stop()


@pytest.fixture
def cluster(shared: RunningCluster) -> Iterator[RunningCluster]:
    """One that has run and does not; its settings are back after the test."""
    before = shared.layout.settings.read_text()
    yield shared
    shared.stop()
    shared.layout.settings.write_text(before)


def change(cluster: RunningCluster, line: str) -> None:
    """Replaces the setting that the line is about."""
    name = line.partition(" = ")[0]
    kept = [each for each in cluster.layout.settings.read_text().splitlines() if not each.startswith(f"{name} = ")]
    cluster.layout.settings.write_text("\n".join([*kept, line, ""]))


def refused(cluster: RunningCluster) -> str:
    """What `start` says that does not start."""
    done = cluster.zato("quickstart", "start", str(cluster.layout.root), check=False)
    assert done.returncode != 0
    return done.stderr


def test_a_host_name_that_was_added_is_in_the_certificates_after_the_next_start(cluster: RunningCluster) -> None:
    change(cluster, 'hosts = ["localhost", "zato.example.org"]')
    cluster.start()
    assert "Certificates issued: haproxy, haproxy-agent, zato-admin-lighttpd, lighttpd-1" in cluster.said()
    assert "zato.example.org" in hosts_of(load_certificate(cluster.layout.pki / "haproxy.crt"))


def test_without_the_key_of_the_ca_it_starts_with_the_certificates_there_are(cluster: RunningCluster) -> None:
    change(cluster, 'hosts = ["localhost", "other.example.org"]')
    key = cluster.layout.pki / "ca.key"
    elsewhere = key.rename(key.with_name("elsewhere"))
    try:
        cluster.start()
    finally:
        elsewhere.rename(key)
    assert "no certificate can be issued here" in cluster.said()


def test_a_server_that_was_never_created_is_created_as_the_refusal_says(cluster: RunningCluster) -> None:
    change(cluster, "servers = 2")
    said = refused(cluster)
    advice = f"zato quickstart create {cluster.layout.root}"
    assert said == f"zato: Server 2 was not created yet; create it with: {advice}\n"
    cluster.zato(*advice.split()[1:])
    assert cluster.layout.server(2).settings.exists()


def test_lost_settings_of_a_server_come_back_as_the_refusal_says(cluster: RunningCluster) -> None:
    settings = cluster.layout.server(1).settings
    kept = settings.read_text()
    settings.unlink()
    cluster.layout.server(1).applied_settings.unlink()
    said = refused(cluster)
    advice = f"zato quickstart create {cluster.layout.root}"
    assert said.rstrip() == f"zato: Server 1 has lost its settings; restore them with: {advice}"
    cluster.zato(*advice.split()[1:])
    assert settings.read_text() == kept


@pytest.fixture
def no_odb(cluster: RunningCluster) -> Iterator[Path]:
    """What was the ODB; it is back after the test."""
    odb = cluster.layout.odb
    kept = odb.with_name("kept.sqlite")
    odb.rename(kept)
    yield kept
    cluster.stop()
    for left in cluster.layout.root.glob("odb.sqlite*"):
        left.unlink()
    kept.rename(odb)


@pytest.mark.parametrize("empty", [False, True], ids=["no file", "a file of no bytes"])
def test_with_the_odb_s_file_lost_it_serves_what_it_knows_and_makes_no_other(
    cluster: RunningCluster, no_odb: Path, empty: bool
) -> None:
    odb = cluster.layout.odb
    if empty:
        odb.touch()
    cluster.start_options = ("--create",)  # as `make run` does
    try:
        cluster.start()
    finally:
        cluster.start_options = ()
    (said,) = [line for line in cluster.said().splitlines() if line.startswith("==> What the cluster has is left")]
    assert str(odb) in said
    assert "zato restore FILE" in said
    assert json.loads(cluster.zato("whoami", "--json").stdout)["roles"] == ["admin"]
    done = cluster.zato("status", check=False)
    assert done.returncode == 1
    assert str(odb) in done.stdout
    assert odb.exists() is empty
    # It is found again; what else is not well is of other tests
    Path(shutil.copy(no_odb, odb.with_name("found.sqlite"))).replace(odb)
    until(lambda: "ODB: answers" in cluster.zato("status", check=False).stdout)


def test_without_a_snapshot_a_lost_odb_keeps_it_from_starting(cluster: RunningCluster, no_odb: Path) -> None:
    snapshot = cluster.layout.server(1).snapshot
    elsewhere = snapshot.rename(snapshot.with_name("elsewhere"))
    try:
        said = refused(cluster)
    finally:
        elsewhere.rename(snapshot)
    assert str(cluster.layout.odb) in said
    assert "zato restore FILE" in said
    assert not cluster.layout.odb.exists()


def test_another_cluster_s_odb_is_refused(cluster: RunningCluster, no_odb: Path) -> None:
    shutil.copy(no_odb, cluster.layout.odb)
    with contextlib.closing(sqlite3.connect(cluster.layout.odb)) as opened, opened:
        opened.execute("UPDATE zt_cluster SET name = 'other'")
    for options in ((), ("--create",)):
        done = cluster.zato("quickstart", "start", str(cluster.layout.root), *options, check=False)
        assert done.returncode == 1
        assert f"{cluster.layout.odb} keeps the cluster 'other' already" in done.stderr


def test_an_odb_that_is_given_up_is_begun_anew_where_somebody_says_so(cluster: RunningCluster, no_odb: Path) -> None:
    cluster.zato("odb", "init")
    cluster.start()
    assert json.loads(cluster.zato("whoami", "--json").stdout)["roles"] == ["admin"]


def test_with_the_odb_away_it_starts_and_says_so_in_a_sentence(cluster: RunningCluster) -> None:
    change(cluster, f'odb = "postgresql+psycopg2://zato:x@127.0.0.1:{free_port()}/zato"')
    cluster.start_options = ("--create",)
    try:
        cluster.start()
    finally:
        cluster.start_options = ()
    said = [line for line in cluster.said().splitlines() if line.startswith("==> What the cluster has is left")]
    assert len(said) == 1
    assert "cannot be used for now" in said[0]
