"""The snapshot that a process starts from when the ODB is away."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from zato.config.codec import encode
from zato.config.configuration import EMPTY, Configuration
from zato.config.disk import DiskSnapshot
from zato.config.kinds import ServiceSettings
from zato.config.publisher import Author, Publisher
from zato.odb.log import ConfigurationLog, StoredItem


@pytest.fixture
def configuration(publisher: Publisher, log: ConfigurationLog, by: Author) -> Configuration:
    publisher.create("security-basic", "clients", {"username": "crm", "password": "a long password"}, by=by)
    body = {"service": "s", "path": "/a", "security": ["clients"]}
    publisher.create("channel-rest", "a", body, by=by)
    publisher.create("outgoing-sql", "x", {"url": "sqlite:///x", "username": "u", "password": "topsecret"}, by=by)
    return Configuration.from_items(*log.items_with_revision())


def test_what_was_saved_is_loaded_and_only_its_owner_can_read_it(tmp_path: Path, configuration: Configuration) -> None:
    path = tmp_path / "snapshot.json"
    DiskSnapshot(path).save(configuration)
    assert DiskSnapshot(path).load() == configuration
    assert path.stat().st_mode & 0o777 == 0o600
    assert b"topsecret" not in path.read_bytes()
    assert b"a long password" not in path.read_bytes()
    assert [entry.name for entry in tmp_path.iterdir() if entry.name.startswith(".")] == []


def test_some_kinds_alone_can_be_loaded(tmp_path: Path, configuration: Configuration) -> None:
    path = tmp_path / "snapshot.json"
    DiskSnapshot(path).save(configuration)
    found = DiskSnapshot(path).load(["channel-rest"])
    assert found is not None
    assert found.items_of("channel-rest") == configuration.items_of("channel-rest")
    with pytest.raises(ValueError, match="not of outgoing-sql"):
        found.items_of("outgoing-sql")


def test_many_items_are_written_in_parts_with_pauses_in_between(tmp_path: Path) -> None:
    items = [StoredItem("service", f"s{n:03}", n, encode("service", ServiceSettings())) for n in range(1, 121)]
    many = Configuration.from_items(120, items)
    pauses: list[int] = []
    path = tmp_path / "snapshot.json"
    DiskSnapshot(path).save(many, pause=lambda: pauses.append(1))
    assert len(pauses) == 2
    assert DiskSnapshot(path).load() == many


@pytest.mark.parametrize("content", [b"", b"{", b"null", b'{"format": 2, "revision": 1, "items": []}', b"\xff\x00"])
def test_a_damaged_snapshot_counts_as_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "snapshot.json"
    path.write_bytes(content)
    assert DiskSnapshot(path).load() is None


def test_an_absent_snapshot_counts_as_none(tmp_path: Path) -> None:
    assert DiskSnapshot(tmp_path / "nothing" / "snapshot.json").load() is None


def test_many_can_save_while_others_load(tmp_path: Path, configuration: Configuration) -> None:
    snapshot = DiskSnapshot(tmp_path / "snapshot.json")
    snapshot.save(EMPTY)
    stop = threading.Event()

    def save() -> None:
        while not stop.is_set():
            snapshot.save(configuration)
            snapshot.save(EMPTY)

    threads = [threading.Thread(target=save) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(100):
            assert snapshot.load() in (configuration, EMPTY)
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def test_sources_are_kept_by_their_digest_and_damaged_ones_are_not_given_out(tmp_path: Path) -> None:
    snapshot = DiskSnapshot(tmp_path / "snapshot.json")
    digest = snapshot.save_source(b"print(1)")
    other = snapshot.save_source(b"print(2)")
    assert snapshot.load_source(digest) == b"print(1)"
    assert snapshot.load_source("0" * 64) is None
    assert snapshot.load_source("../snapshot.json") is None
    (tmp_path / "snapshot.sources" / digest).write_bytes(b"print(666)")
    assert snapshot.load_source(digest) is None
    snapshot.forget_sources([other])
    assert snapshot.load_source(other) == b"print(2)"
    assert not (tmp_path / "snapshot.sources" / digest).exists()
