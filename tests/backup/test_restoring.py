"""What `zato backup` saves, `zato restore` brings back."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest
from msgspec.structs import replace

from backup.conftest import NOW, contents_of, quiet
from zato.backup.archive import Reader, measured, write
from zato.backup.restoring import restore
from zato.backup.saving import save
from zato.cluster.signing.register import IssuedCertificate, Register, Registered, RegisteredServer, RegisteredToken
from zato.core.errors import Conflict, InvalidInput
from zato.host.git import GitRepository
from zato.host.layout import Layout
from zato.host.settings import load_cluster
from zato.odb import migrate
from zato.odb.opening import open_odb
from zato.odb.state import State


def files_of(layout: Layout) -> dict[str, bytes]:
    paths = [layout.settings, layout.secret_key, layout.server(1).settings, *layout.pki.iterdir()]
    return {str(path.relative_to(layout.root)): path.read_bytes() for path in paths}


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
