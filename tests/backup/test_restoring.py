"""What `zato backup` saves, `zato restore` brings back; nothing is half there, whatever goes wrong."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import sys
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from msgspec.structs import replace

from backup.conftest import NOW, quiet
from support.scenarios.moving import all_contents
from zato.backup import parts, restoring, saving
from zato.backup import workspace as backup_workspace
from zato.backup.archive import Reader, measured, write
from zato.backup.quickstart import Quickstart
from zato.backup.restoring import restore
from zato.backup.saving import save
from zato.cluster.signing.register import IssuedCertificate, Register, Registered, RegisteredServer, RegisteredToken
from zato.core.errors import Conflict, InvalidInput, SetupError
from zato.host.children import Account
from zato.host.git import GitRepository
from zato.host.layout import Layout
from zato.host.settings import load_cluster
from zato.odb import migrate
from zato.odb.contents import Contents
from zato.odb.opening import open_odb
from zato.odb.state import State

MARKED = {"zt_state", "zt_audit", "zt_session"}
"""Tables in which a restore leaves its mark."""


def contents_of(layout: Layout) -> dict[str, Contents]:
    database = open_odb(load_cluster(layout))
    found = all_contents(database)
    database.dispose()
    return {name: each for name, each in found.items() if name not in MARKED}


def files_of(layout: Layout) -> dict[str, bytes]:
    paths = [layout.settings, layout.secret_key, layout.server(1).settings, *layout.pki.iterdir()]
    return {str(path.relative_to(layout.root)): path.read_bytes() for path in paths}


def everything(directory: Path) -> list[str]:
    return sorted(str(path.relative_to(directory)) for path in directory.rglob("*") if ".git" not in path.parts)


def test_all_of_it_comes_back(layout: Layout, saved: Path, empty: Layout) -> None:
    assert saved.stat().st_mode & 0o777 == 0o600
    done = restore(empty, saved, NOW, quiet)
    assert contents_of(empty) == contents_of(layout)
    assert files_of(empty) == files_of(layout)
    ours, theirs = (GitRepository(each.server(1).config) for each in (layout, empty))
    assert theirs.log() == ours.log()
    assert theirs.diff("HEAD") == ""
    assert done.manifest.counts["odb"]["messages"] == 1
    assert done.aside == ()
    assert "zato quickstart start" in done.started
    assert empty.settings.stat().st_mode & 0o777 == 0o600
    assert {path.stat().st_mode & 0o077 for path in empty.pki.glob("*.key")} == {0}


def test_what_administrators_have_put_beside_it_comes_back(layout: Layout, empty: Layout, tmp_path: Path) -> None:
    own = {
        "haproxy/own.cfg": b"# ours\n",
        "lighttpd/own.conf": b"# ours too\n",
        "logging.toml": b'[levels]\n"a.b" = "debug"\n',
        "pki/clients/partner.crt": layout.ca_certificate.read_bytes(),
    }
    for name, content in own.items():
        (layout.root / name).parent.mkdir(exist_ok=True)
        (layout.root / name).write_bytes(content)
    try:
        save(layout, tmp_path / "b", NOW, quiet)
    finally:
        for name in own:
            (layout.root / name).unlink()
    restore(empty, tmp_path / "b", NOW, quiet)
    assert {name: (empty.root / name).read_bytes() for name in own} == own
    for name in own:
        (empty.root / name).write_bytes(b"of the cluster that is replaced")
    (done,) = {restore(empty, tmp_path / "b", NOW, quiet, replace=True).started}
    assert "zato quickstart start" in done
    assert {name: (empty.root / name).read_bytes() for name in own} == own


def test_a_file_that_could_not_be_restored_is_not_saved(layout: Layout, tmp_path: Path) -> None:
    odd = layout.pki / "clients" / "Partner Müller.crt"
    odd.parent.mkdir(exist_ok=True)
    odd.write_bytes(layout.ca_certificate.read_bytes())
    try:
        with pytest.raises(SetupError, match="can be called 'Partner Müller") as caught:
            save(layout, tmp_path / "b", NOW, quiet)
    finally:
        odd.unlink()
    assert caught.value.code == "backup-name"
    assert everything(tmp_path) == []


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


def test_an_encrypted_one_needs_its_passphrase(layout: Layout, empty: Layout, tmp_path: Path) -> None:
    target = tmp_path / "b"
    save(layout, target, NOW, quiet, passphrase=b"correct horse")
    assert b"zt_cluster" not in target.read_bytes()
    for wrong in (None, b"another"):
        with pytest.raises(InvalidInput) as caught:
            restore(empty, target, NOW, quiet, passphrase=wrong)
        assert caught.value.code == "backup-not-decrypted"
    assert not empty.root.exists()
    restore(empty, target, NOW, quiet, passphrase=b"correct horse")
    assert contents_of(empty) == contents_of(layout)


def test_a_file_that_is_there_is_replaced_where_that_was_said(layout: Layout, tmp_path: Path) -> None:
    target = tmp_path / "b"
    target.write_bytes(b"precious")
    with pytest.raises(Conflict, match="--overwrite") as caught:
        save(layout, target, NOW, quiet)
    assert caught.value.code == "backup-exists"
    assert target.read_bytes() == b"precious"
    save(layout, target, NOW, quiet, overwrite=True)
    assert target.read_bytes()[:2] == b"\x1f\x8b"
    assert target.stat().st_mode & 0o777 == 0o600
    assert everything(tmp_path) == ["b"]


def test_keys_are_not_laid_out_where_somebody_else_could_exchange_the_directory(
    layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places: list[Path] = []

    def workspace(parent: Path, prefix: str, account: Account | None) -> AbstractContextManager[Path]:
        places.append(parent)
        return backup_workspace.workspace(parent, prefix, account)

    monkeypatch.setattr(saving, "workspace", workspace)
    for mode in (0o700, 0o777):
        tmp_path.chmod(mode)
        save(layout, tmp_path / "b", NOW, quiet, overwrite=True)
    assert places == [tmp_path, Path("/var/tmp")]
    assert everything(tmp_path) == ["b"]


@pytest.mark.parametrize("bytes_max", [60_000, 4_000_000])
def test_a_full_disk_leaves_nothing(layout: Layout, tmp_path: Path, bytes_max: int) -> None:
    command = ["prlimit", f"--fsize={bytes_max}", sys.executable, "-m", "zato.cli.main", "--home", str(layout.root)]
    done = subprocess.run([*command, "backup", str(tmp_path / "b")], capture_output=True, text=True, check=False)
    if bytes_max == 4_000_000:  # there was room
        assert done.returncode == 0, done.stderr
        assert everything(tmp_path) == ["b"]
        return
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert everything(tmp_path) == []


def test_where_a_cluster_is_none_is_restored_unless_it_is_to_be_replaced(
    layout: Layout, saved: Path, empty: Layout
) -> None:
    restore(empty, saved, NOW, quiet)
    (empty.server(1).root / "snapshot.json").write_text("of another history")
    with pytest.raises(Conflict, match=r"at revision 3\d with 2\d items, .*--replace") as caught:
        restore(empty, saved, NOW, quiet)
    assert caught.value.code == "cluster-here"
    done = restore(empty, saved, NOW, quiet, replace=True)
    assert contents_of(empty) == contents_of(layout)
    assert not empty.server(1).snapshot.exists()
    (aside,) = done.aside
    assert (aside / "server-1" / "snapshot.json").exists()
    assert (aside / "odb.sqlite").exists()
    assert aside.stat().st_mode & 0o777 == 0o700


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


def test_tokens_do_not_come_back_and_revocations_are_not_forgotten(layout: Layout, empty: Layout) -> None:
    certificate = IssuedCertificate(name="server-2", serial="17", fingerprint="f", not_after=NOW)
    registered = Registered(
        tokens=(RegisteredToken(digest="d" * 64, server=3, replaces=False, created=NOW, expires=NOW),),
        servers=(RegisteredServer(number=2, hosts=("two",), certificates=(certificate,)),),
    )
    with Register(layout.pki).changing() as state:
        state[0] = registered
    try:
        target = layout.root.parent / "joined.backup"
        save(layout, target, NOW, quiet)
        done = restore(empty, target, NOW, quiet)
        assert "1 tokens for joining are not valid any more" in done.remarks[0]
        restored = Register(empty.pki).read()
        assert restored.tokens == ()
        assert restored.servers == registered.servers
        assert "d" * 64 not in (empty.pki / "tokens.json").read_text()
        with Register(empty.pki).changing() as state:
            revoked = (replace(certificate, revoked=NOW),)
            state[0] = Registered(servers=(RegisteredServer(number=2, hosts=("two",), certificates=revoked),))
        restore(empty, target, NOW, quiet, replace=True)
        assert Register(empty.pki).read().servers[0].certificates == revoked
    finally:
        for name in ("enrolment.json", "tokens.json"):
            (layout.pki / name).unlink()


def test_every_part_has_a_name_of_its_own_and_settings_come_last() -> None:
    names = [part.name for part in parts.PARTS]
    assert len(set(names)) == len(names)
    assert names[-1] == "settings"


def test_one_of_an_older_release_is_migrated(layout: Layout, saved: Path, empty: Layout, tmp_path: Path) -> None:
    """As that release would have made it: its ODB has a table less, and is at an earlier version."""
    with saved.open("rb") as file:
        reader = Reader(file)
        manifest = reader.manifest()
        reader.extract(manifest, tmp_path / "parts")
    with contextlib.closing(sqlite3.connect(tmp_path / "parts" / "odb" / "odb.sqlite")) as odb:
        odb.execute("DROP TABLE zt_state")
        odb.execute("UPDATE zt_version SET version_num = '0005'")
        odb.commit()
    older = replace(
        manifest,
        release="4.0.0",
        odb_version="0005",
        members=tuple(measured(tmp_path / "parts", member.name) for member in manifest.members),
        tables={name: table for name, table in manifest.tables.items() if name != "zt_state"},
    )
    target = tmp_path / "older.backup"
    with target.open("wb") as file:
        write(file, older, {member.name: tmp_path / "parts" / member.name for member in older.members})
    target.chmod(0o600)
    restore(empty, target, NOW, quiet)
    assert contents_of(empty) == contents_of(layout)
    database = open_odb(load_cluster(empty))
    migrate.require_current(database)
    held = State(database).held()
    assert held is not None
    assert held.reason == "restored from a backup of 2026-11-30 12:00 UTC"
    database.dispose()


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
