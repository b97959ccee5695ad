"""A file that somebody puts in the place of an SQLite ODB, while everything runs."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest

from support.cluster import RunningCluster
from support.load import Load, told
from support.waiting import until
from zato.core.errors import ZatoError


def revisions(cluster: RunningCluster) -> set[int]:
    """What its workers serve by, those that have ended and are listed for a while left out."""
    workers = [worker for server in cluster.api().status()["servers"] for worker in server["workers"]]
    return {worker["applied_revision"] for worker in workers if worker["alive"]}


def copied(odb: Path, name: str) -> Path:
    copy = odb.with_name(name)
    with contextlib.closing(sqlite3.connect(odb)) as source, contextlib.closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return copy


def test_another_clusters_file_of_the_same_name_is_as_good_as_none(cluster: RunningCluster) -> None:
    api, odb = cluster.api(), cluster.layout.odb
    ours, others = copied(odb, "ours.sqlite"), copied(odb, "others.sqlite")
    with contextlib.closing(sqlite3.connect(others)) as connection, connection:
        connection.execute("UPDATE zt_state SET key_check = 'b', authority = 'b'")
        connection.execute("UPDATE zt_cluster SET revision = revision + 1")
    revision = api.status()["odb"]["revision"]
    with cluster.pool() as pool, Load(pool, "/zato/ping", seconds=60) as load:
        others.replace(odb)
        try:
            until(lambda: "keeps another cluster" in str(api.status()["odb"]))
            assert revisions(cluster) <= {revision}
            with pytest.raises(ZatoError) as caught:
                api.create_item("channel-rest", "not.ours", {"service": "no.such", "path": "/not-ours"})
            assert caught.value.code == "odb-other-cluster"
        finally:
            ours.replace(odb)
        until(lambda: revisions(cluster) == {revision})
    assert load.failed() == [], told(load.failed())
    for left in odb.parent.glob("odb.sqlite-wal.left-*"):
        left.unlink()


def test_every_process_goes_on_with_the_file_that_is_there_now(cluster: RunningCluster) -> None:
    api, odb = cluster.api(), cluster.layout.odb
    path = "/zato/ping"
    api.create_item("channel-rest", "exchanged", {"service": "no.such", "path": "/exchanged"})
    try:
        copy = copied(odb, "copy.sqlite")
        api.delete_item("channel-rest", "exchanged")
        revision = api.status()["odb"]["revision"]
        until(lambda: revisions(cluster) == {revision})
        with cluster.pool() as pool, Load(pool, path, seconds=60) as load:
            copy.replace(odb)
            # Workers serve by it, and take changes to it
            until(lambda: api.status()["applied_revision"] == revision - 1)
            status = api.status()
            assert "another one since" in status["odb"]["message"]
            assert f"at revision {revision}" in status["odb"]["message"]
            item = api.item("channel-rest", "exchanged")
            assert item["revision"] == revision - 1
            until(lambda: min(revisions(cluster), default=0) >= revision - 1)
        assert load.failed() == [], told(load.failed())
        with contextlib.closing(sqlite3.connect(odb)) as opened:
            assert opened.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert len(list(odb.parent.glob("odb.sqlite-wal.left-*"))) == 1
    finally:
        api.delete_item("channel-rest", "exchanged")
        for left in odb.parent.glob("odb.sqlite-wal.left-*"):
            left.unlink()
