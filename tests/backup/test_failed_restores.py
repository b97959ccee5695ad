"""Nothing is half there, whatever goes wrong while a cluster is restored."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

import pytest
from msgspec.structs import replace

from backup.conftest import NOW, contents_of, everything, quiet
from zato.backup import parts, restoring
from zato.backup.archive import Reader, measured, write
from zato.backup.quickstart import Quickstart
from zato.backup.restoring import restore
from zato.core.errors import InvalidInput, SetupError
from zato.host.layout import Layout


def test_where_not_all_of_it_could_be_stopped_what_was_runs_again(
    saved: Path, empty: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    class HalfStopped(Quickstart):
        def stop(self) -> None:
            done.append("stop")
            raise SetupError("systemctl stop did not end within 240 s.")

        def go_on(self) -> None:
            done.append("go on")

    monkeypatch.setattr(restoring, "machine_of", HalfStopped)
    with pytest.raises(SetupError, match="did not end"):
        restore(empty, saved, NOW, quiet)
    assert done == ["stop", "go on"]
    assert not empty.root.exists()


class Failing:
    """A part that cannot be loaded, after all others."""

    name = "settings"
    as_servers = False

    def save(self, *_: object) -> object:
        raise NotImplementedError

    def load(self, *_: object) -> list[str]:
        raise OSError("no room")


def test_what_fails_leaves_everything_as_it_was(saved: Path, empty: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restoring, "PARTS", (*parts.PARTS[:-1], Failing()))
    with pytest.raises(OSError, match="no room"):
        restore(empty, saved, NOW, quiet)
    assert not empty.settings.exists()
    assert not empty.pki.exists()
    assert not empty.odb.exists()
    monkeypatch.undo()
    restore(empty, saved, NOW, quiet)
    before = everything(empty.root), contents_of(empty)
    monkeypatch.setattr(restoring, "PARTS", (*parts.PARTS[:-1], Failing()))
    with pytest.raises(OSError, match="no room"):
        restore(empty, saved, NOW, quiet, replace=True)
    assert (everything(empty.root), contents_of(empty)) == before
    assert everything(empty.root.parent) == [empty.root.name, *(f"{empty.root.name}/{name}" for name in before[0])]


def test_nothing_is_touched_for_a_file_that_is_none(saved: Path, empty: Layout, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.write_bytes(saved.read_bytes()[:-200])
    broken.chmod(0o600)
    restore(empty, saved, NOW, quiet)
    before = everything(empty.root), empty.odb.stat().st_ino
    with pytest.raises(InvalidInput):
        restore(empty, broken, NOW, quiet, replace=True)
    assert (everything(empty.root), empty.odb.stat().st_ino) == before
    broken.write_bytes(b"# a text\n" * 100)
    with pytest.raises(InvalidInput, match="no backup"):
        restore(empty, broken, NOW, quiet, replace=True)


def test_a_file_that_others_can_change_is_refused(saved: Path, empty: Layout, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.write_bytes(saved.read_bytes())
    shared.chmod(0o666)
    with pytest.raises(SetupError, match="chmod 600") as caught:
        restore(empty, shared, NOW, quiet)
    assert caught.value.code == "backup-foreign"
    if os.geteuid() == 0:
        shared.chmod(0o600)
        os.chown(shared, 12345, 12345)
        with pytest.raises(SetupError, match="somebody else"):
            restore(empty, shared, NOW, quiet)


def test_one_whose_odb_is_another_than_its_manifest_says_is_refused_and_undone(
    saved: Path, empty: Layout, tmp_path: Path
) -> None:
    with saved.open("rb") as file:
        reader = Reader(file)
        manifest = reader.manifest()
        reader.extract(manifest, tmp_path / "parts")
    with contextlib.closing(sqlite3.connect(tmp_path / "parts" / "odb" / "odb.sqlite")) as odb:
        odb.execute("UPDATE zt_message SET payload = '{}'")
        odb.commit()
    members = tuple(measured(tmp_path / "parts", member.name) for member in manifest.members)
    target = tmp_path / "other.backup"
    with target.open("wb") as file:
        sources = {member.name: tmp_path / "parts" / member.name for member in members}
        write(file, replace(manifest, members=members), sources)
    target.chmod(0o600)
    with pytest.raises(InvalidInput, match="zt_message"):
        restore(empty, target, NOW, quiet)
    assert not empty.settings.exists()
    assert not empty.odb.exists()
