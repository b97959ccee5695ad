"""PEM files that zato.toml names and that are elsewhere come back, and nobody's own are replaced."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from backup.conftest import NOW, quiet
from zato.backup import restoring
from zato.backup.parts import odb_files
from zato.backup.restoring import restore
from zato.backup.saving import save
from zato.core.errors import Conflict, InvalidInput
from zato.host.cluster_toml import write_cluster
from zato.host.layout import Layout
from zato.host.settings import ClusterSettings

CA = b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
KEY = CA.replace(b"CERTIFICATE", b"PRIVATE KEY")


@pytest.fixture
def company(layout: Layout, tmp_path: Path) -> Iterator[Path]:
    """A directory with files that are not the cluster's own, which names them."""
    directory = tmp_path / "company" / "tls"
    directory.mkdir(parents=True)
    for name, content, mode in (("ca.pem", CA, 0o644), ("zato.pem", CA, 0o644), ("zato.key", KEY, 0o600)):
        (directory / name).write_bytes(content)
        (directory / name).chmod(mode)
    before = layout.settings.read_bytes()
    layout.settings.unlink()
    ca, certificate, key = (str(directory / name) for name in ("ca.pem", "zato.pem", "zato.key"))
    write_cluster(layout, ClusterSettings(odb_ca=ca, odb_certificate=certificate, odb_key=key))
    yield directory
    layout.settings.write_bytes(before)


def test_they_come_back_to_where_they_were(layout: Layout, empty: Layout, company: Path, tmp_path: Path) -> None:
    manifest = save(layout, tmp_path / "b", NOW, quiet)
    assert manifest.counts["odb-files"] == {"PEM files that zato.toml names": 3}
    shutil.rmtree(company.parent)
    said: list[str] = []
    done = restore(empty, tmp_path / "b", NOW, said.append)
    assert [line for line in said if "put back" in line] == [
        f"{company / name}: put back, as zato.toml names it" for name in ("ca.pem", "zato.pem", "zato.key")
    ]
    found = {path.name: (path.read_bytes(), path.stat().st_mode & 0o777) for path in company.iterdir()}
    assert found == {"ca.pem": (CA, 0o644), "zato.pem": (CA, 0o644), "zato.key": (KEY, 0o600)}
    assert done.remarks == ()


def test_one_that_is_there_is_left_and_said(layout: Layout, empty: Layout, company: Path, tmp_path: Path) -> None:
    save(layout, tmp_path / "b", NOW, quiet)
    (company / "ca.pem").write_bytes(CA * 2)
    done = restore(empty, tmp_path / "b", NOW, quiet)
    assert (company / "ca.pem").read_bytes() == CA * 2
    remark = f"{company / 'ca.pem'} was there, and is another one than in the backup; it was left as it is."
    assert done.remarks == (remark,)


def test_one_that_is_missing_is_said_to_be_missing(layout: Layout, company: Path, tmp_path: Path) -> None:
    (company / "ca.pem").unlink()
    manifest = save(layout, tmp_path / "b", NOW, quiet)
    assert manifest.counts["odb-files"] == {"PEM files that zato.toml names": 2}
    assert f"{company / 'ca.pem'}, which zato.toml names: it is not there" in manifest.not_included


def test_what_fails_later_leaves_nothing_of_them(
    layout: Layout, empty: Layout, company: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise Conflict("The database keeps something.")

    save(layout, tmp_path / "b", NOW, quiet)
    shutil.rmtree(company.parent)
    monkeypatch.setattr(restoring, "_check_database", full)
    with pytest.raises(Conflict):
        restore(empty, tmp_path / "b", NOW, quiet)
    assert not company.parent.exists()


def test_nothing_else_is_written_by_way_of_them(layout: Layout, empty: Layout, company: Path, tmp_path: Path) -> None:
    (company / "ca.pem").write_bytes(b"* * * * * root reboot\n")
    save(layout, tmp_path / "b", NOW, quiet)
    (company / "ca.pem").unlink()
    with pytest.raises(InvalidInput, match="no PEM file of its ODB's"):
        restore(empty, tmp_path / "b", NOW, quiet)
    assert not (company / "ca.pem").exists()
    assert not empty.root.exists()


def test_what_stands_around_pem_is_for_people_and_is_not_written(
    layout: Layout, empty: Layout, company: Path, tmp_path: Path
) -> None:
    (company / "ca.pem").write_bytes(b"* * * * * root reboot\n" + CA + b"Of the other one:\n" + CA + b"reboot\n")
    save(layout, tmp_path / "b", NOW, quiet)
    shutil.rmtree(company.parent)
    assert restore(empty, tmp_path / "b", NOW, quiet).remarks == ()
    assert (company / "ca.pem").read_bytes() == CA * 2


@pytest.mark.parametrize(
    "content",
    [
        b"-----BEGIN CERTIFICATE-----\n* * * * * root reboot\n-----END CERTIFICATE-----\n",
        b"-----BEGIN CERTIFICATE-----\nA: b; reboot\n\nMIIB\n-----END CERTIFICATE-----\n",
        CA.replace(b"-----END CERTIFICATE", b"-----END PRIVATE KEY"),
        CA[:-30],
    ],
)
def test_what_only_begins_like_pem_is_refused(
    content: bytes, layout: Layout, empty: Layout, company: Path, tmp_path: Path
) -> None:
    (company / "ca.pem").write_bytes(content)
    save(layout, tmp_path / "b", NOW, quiet)
    (company / "ca.pem").unlink()
    with pytest.raises(InvalidInput, match="no PEM file of its ODB's"):
        restore(empty, tmp_path / "b", NOW, quiet)
    assert not (company / "ca.pem").exists()


def test_a_key_that_is_encrypted_the_old_way_comes_back(tmp_path: Path) -> None:
    key = b"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,AB12\n\nMIIB\nMA==\n"
    key += b"-----END RSA PRIVATE KEY-----\n"
    with _put_back(tmp_path, key, "1.pem") as path:
        assert path.read_bytes() == key


@pytest.mark.parametrize("member", ["../ca.key", "a/../1.pem", "", ".", "2.pem"])
def test_a_backup_names_only_files_that_it_has(member: str, tmp_path: Path) -> None:
    (tmp_path / "ca.key").write_bytes(KEY)
    with pytest.raises(InvalidInput, match="which it does not have"), _put_back(tmp_path, CA, member):
        pass
    assert not (tmp_path / "elsewhere.pem").exists()


@contextmanager
def _put_back(directory: Path, content: bytes, member: str) -> Iterator[Path]:
    """What is there once a backup's file, which its index calls `member`, was put back."""
    own, path = directory / "odb-files", directory / "elsewhere.pem"
    own.mkdir()
    (own / "1.pem").write_bytes(content)
    index = [{"member": member, "path": str(path), "mode": 0o600, "user": "", "group": ""}]
    (own / "index.json").write_text(json.dumps(index))
    cluster = ClusterSettings(odb=f"sqlite:///{directory / 'odb.sqlite'}", odb_ca=str(path))
    with odb_files.put_back(directory, cluster, None, quiet):
        yield path
