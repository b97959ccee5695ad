"""Wheels that a cluster keeps, and the directories on its machines that have them."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import update

from zato.core.errors import Conflict, NotFound
from zato.odb import tables
from zato.odb import wheels as module
from zato.odb.audit import AuditEntry, AuditLog
from zato.odb.database import Database
from zato.odb.kept import kept as odb_kept
from zato.odb.wheels import PART_BYTES, Wheels

ENTRY = AuditEntry(datetime(2026, 11, 30, tzinfo=UTC), "ann", "c" * 32, "upload-wheel", "wheel:a", "ok")
A, B = "a-1.0-py3-none-any.whl", "b-1.0-py3-none-any.whl"


def test_a_machine_has_the_wheels_that_the_cluster_keeps(database: Database, tmp_path: Path) -> None:
    wheels, directory = Wheels(database), tmp_path / "wheels"
    assert odb_kept(database).wheels_bytes == 0
    wheels.put_into(directory)
    assert not directory.exists()
    large = bytes(range(256)) * (PART_BYTES // 256) * 2 + b"end"
    kept = wheels.add(A, large, ENTRY)
    assert (kept.sha256, kept.size_bytes, kept.author) == (sha256(large).hexdigest(), len(large), "ann")
    assert wheels.add(A, large, ENTRY) == kept
    wheels.add(B, b"small", ENTRY)
    counted = odb_kept(database)
    assert (counted.wheels, counted.wheels_bytes) == (2, len(large) + len(b"small"))
    wheels.put_into(directory)
    assert {path.name: path.read_bytes() for path in directory.iterdir()} == {A: large, B: b"small"}
    (directory / A).write_bytes(b"damaged")
    wheels.remove(B, ENTRY)
    wheels.put_into(directory)
    assert {path.name: path.read_bytes() for path in directory.iterdir()} == {A: large}
    assert [entry.action for entry in AuditLog(database).entries(limit=9)] == ["upload-wheel"] * 3


def test_what_does_not_come_whole_is_not_there_rather_than_what_was_before(
    sqlite_odb: Database, tmp_path: Path
) -> None:
    wheels = Wheels(sqlite_odb)
    wheels.add(A, b"new", ENTRY)
    wheels.add(B, b"whole", ENTRY)
    (tmp_path / A).write_bytes(b"old")
    with sqlite_odb.write() as connection:  # as by somebody who removes it at this moment
        connection.execute(update(tables.wheel_part).where(tables.wheel_part.c.data == b"new").values(data=b"n"))
    wheels.put_into(tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.glob("*.whl")} == {B: b"whole"}


def test_one_is_never_replaced_by_another_of_its_name(sqlite_odb: Database) -> None:
    wheels = Wheels(sqlite_odb)
    wheels.add(A, b"one", ENTRY)
    with pytest.raises(Conflict) as caught:
        wheels.add(A, b"two", ENTRY)
    assert caught.value.code == "wheel-exists"
    with pytest.raises(NotFound):
        wheels.remove(B, ENTRY)


def test_all_of_them_together_are_bounded(sqlite_odb: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ALL_WHEELS_BYTES_MAX", 5)
    wheels = Wheels(sqlite_odb)
    wheels.add(A, b"abc", ENTRY)
    with pytest.raises(Conflict) as caught:
        wheels.add(B, b"abc", ENTRY)
    assert caught.value.code == "wheels-full"
    assert [each.file_name for each in wheels.all()] == [A]
