"""Creating a cluster: nothing half-made that the next command trips over, nothing that others can read."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from zato.config.publisher import Author, Publisher
from zato.config.secrets import SecretBox, create_key
from zato.core.clock import SystemClock
from zato.core.errors import InvalidInput, SetupError
from zato.host.cluster_toml import write_cluster
from zato.host.git import GitRepository
from zato.host.layout import Layout
from zato.host.settings import ClusterSettings, load_cluster
from zato.odb.database import Database
from zato.odb.log import ConfigurationLog
from zato.odb.migrate import init
from zato.quickstart.create import create, refuse_other_settings
from zato.quickstart.processes import commands

BY = Author("ann", "c" * 32)


@pytest.fixture
def layout() -> Iterator[Layout]:
    # pytest's own directories make unix socket paths too long
    with TemporaryDirectory(prefix="zato-") as directory:
        yield Layout(Path(directory) / "z")


def make(layout: Layout, **settings: object) -> list[str]:
    said: list[str] = []
    create(layout, ClusterSettings(**settings), {"workers": 1}, said.append)  # type: ignore[arg-type]
    return said


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def commits(layout: Layout) -> list[str]:
    config = layout.server(1).config
    done = subprocess.run(["git", "-C", config, "log", "--format=%an %s"], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_a_host_that_is_none_is_refused_before_anything_is_written(layout: Layout) -> None:
    with pytest.raises(InvalidInput, match="'foo bar' is neither a host name nor an IP address"):
        make(layout, hosts=("foo bar",))
    assert not layout.settings.exists()
    make(layout, hosts=("foo",))
    assert load_cluster(layout).hosts == ("foo",)


@pytest.mark.parametrize("before", [None, 0o755])
def test_the_embedded_odb_is_readable_for_its_owner_only(layout: Layout, before: int | None) -> None:
    if before is not None:
        layout.root.mkdir(mode=before)
    umask = os.umask(0o022)
    try:
        make(layout)
    finally:
        os.umask(umask)
    assert {path.name: oct(mode(path)) for path in layout.root.glob("odb.sqlite*")} == {"odb.sqlite": "0o600"}


def test_an_odb_that_everybody_could_read_is_closed_to_them(layout: Layout) -> None:
    make(layout)
    layout.odb.chmod(0o664)
    make(layout)
    assert mode(layout.odb) == 0o660


def test_whoever_signs_commits_or_has_hooks_can_create_a_cluster(
    layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = tmp_path / "hooks" / "pre-commit"
    hook.parent.mkdir()
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    (tmp_path / "ignored").write_text("server.toml\n")
    (tmp_path / ".gitconfig").write_text(
        f"[commit]\ngpgsign = true\n[gpg]\nprogram = /bin/false\n"
        f"[core]\nhooksPath = {hook.parent}\nexcludesFile = {tmp_path}/ignored\n"
    )
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))  # as it is inside of a hook
    make(layout)
    monkeypatch.delenv("GIT_DIR")
    assert commits(layout) == ["Zato Configuration of server 1 as created"]


@pytest.mark.parametrize("made", ["settings only", "an empty repository"])
def test_a_half_made_server_directory_is_completed(layout: Layout, made: str) -> None:
    config = layout.server(1).config
    write_cluster(layout, ClusterSettings())
    config.mkdir(parents=True)
    layout.server(1).settings.write_text("workers = 3\n")
    if made == "an empty repository":
        subprocess.run(["git", "init", "-q", config], check=True)
    # A directory inside of somebody's checkout, as .zato is
    outer = ["git", "-C", str(layout.root.parent), "-c", "user.name=a", "-c", "user.email=a@b"]
    subprocess.run([*outer, "init", "-q"], check=True)
    subprocess.run([*outer, "commit", "-q", "--allow-empty", "-m", "Something else"], check=True)
    for _ in range(2):
        make(layout)
        assert commits(layout) == ["Zato Configuration of server 1 as created"]
    assert layout.server(1).settings.read_text() == "workers = 3\n"


def test_settings_that_a_server_has_lost_are_restored_as_they_were_kept(layout: Layout) -> None:
    make(layout)
    paths = layout.server(1)
    GitRepository(paths.config).commit({"server.toml": b"workers = 7\n"}, "workers = 7", author="ann")
    paths.settings.unlink()
    make(layout)
    assert paths.settings.read_text() == "workers = 7\n"


def test_the_odb_of_another_cluster_of_the_same_name_is_refused(layout: Layout) -> None:
    other = Layout(layout.root.with_name("y"))
    for each in (layout, other):
        make(each)
    other.odb.replace(layout.odb)
    with pytest.raises(
        SetupError, match=f"ODB at sqlite:///{layout.odb} keeps another cluster of the same name"
    ) as caught:
        make(layout)
    assert caught.value.code == "odb-other-cluster"
    layout.secret_key.write_bytes(other.secret_key.read_bytes())
    make(layout)


def test_what_git_refuses_is_said_in_its_words(layout: Layout) -> None:
    layout.server(1).config.mkdir(parents=True)
    (layout.server(1).config / ".git").write_text("nonsense")
    with pytest.raises(SetupError, match=r"git init failed in .*/server-1/config: fatal: invalid gitfile"):
        make(layout)


def test_another_odb_is_refused_without_showing_the_password_of_the_one_there_is(layout: Layout) -> None:
    write_cluster(layout, ClusterSettings(odb="postgresql+psycopg2://zato:hunter2@db/zato?sslkey=/hunter3"))
    with pytest.raises(SetupError) as caught:
        refuse_other_settings(layout, {"odb": "sqlite:////x"})
    assert "exists with odb postgresql+psycopg2://zato:***@db/zato; to change that" in caught.value.message
    assert "hunter" not in caught.value.message


@pytest.mark.parametrize("lost", [{"roles": ["viewer"]}, {"roles": ["admin"], "active": False}])
def test_creating_again_restores_the_administrator_when_none_is_left(layout: Layout, lost: dict[str, object]) -> None:
    write_cluster(layout, ClusterSettings())
    database = Database(f"sqlite:///{layout.odb}")
    publisher = Publisher(ConfigurationLog(database), SecretBox(create_key(layout.secret_key)), SystemClock())
    init(database, "zato")
    publisher.create("security-tls", "admin", {"subject": "CN=admin", **lost}, by=BY)
    other = publisher.create("security-api-key", "other", {"roles": ["admin"]}, by=BY)
    make(layout)
    assert publisher.get("security-tls", "admin").revision < other.revision  # somebody else decides on it
    with database.write() as connection:  # as an older release let it happen
        connection.exec_driver_sql("DELETE FROM zt_item WHERE name = 'other'")
    assert any("made one again" in said for said in make(layout))
    restored = publisher.get("security-tls", "admin").value
    assert (restored.roles, restored.active) == (("admin",), True)  # type: ignore[attr-defined]
    database.dispose()


def test_no_process_imports_from_the_directory_that_it_is_started_in(layout: Layout, tmp_path: Path) -> None:
    """Somebody else may have put modules there, with names of those that Python brings along."""
    make(layout)
    planted = tmp_path / "planted"
    planted.mkdir()
    (planted / "argparse.py").write_text(f"open({str(planted / 'ran')!r}, 'w')\n")
    started = [command.arguments for command in commands(layout, load_cluster(layout), (), console=True)]
    modules = [arguments[: arguments.index("-m") + 2] for arguments in started if "-m" in arguments]
    assert len(modules) == 8
    for arguments in modules:
        done = subprocess.run([*arguments, "--help"], cwd=planted, capture_output=True, text=True, check=True)
        assert "--root ROOT" in done.stdout
    assert not (planted / "ran").exists()
