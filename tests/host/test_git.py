"""Repositories of configuration: what is committed, by whom, whatever the settings of whoever runs it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from zato.core.errors import SetupError
from zato.host.git import GitRepository

AT = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    (tmp_path / "server.toml").write_text("workers = 1\n")
    made = GitRepository(tmp_path)
    made.create("As created")
    return made


def test_a_commit_has_its_author_time_and_revision_and_leaves_the_files_alone(
    repository: GitRepository, tmp_path: Path
) -> None:
    made = repository.commit({"server.toml": b"workers = 2\n"}, "workers = 2", author="ann", at=AT, revision=7)
    last, first = repository.log()
    assert (last.id, last.author, last.at, last.subject, last.revision) == (made, "ann", AT, "workers = 2", 7)
    assert (first.author, first.subject, first.revision) == ("Zato", "As created", None)
    assert repository.show(made, "server.toml") == b"workers = 2\n"
    assert (tmp_path / "server.toml").read_text() == "workers = 1\n"
    assert repository.head() == made


def test_commits_are_found_by_their_revision(repository: GitRepository) -> None:
    made = [repository.commit({"a": b"%d" % n}, f"{n}", author="ann", revision=n) for n in (1, 11, 111)]
    repository.commit({"a": b"x"}, "by hand", author="ann")
    assert [commit.id for commit in repository.log(1, revision="11")] == [made[1]]
    assert [commit.id for commit in repository.log(1, revision="[0-9]+")] == [made[2]]
    assert repository.log(1, revision="2") == []


def test_files_can_be_removed_and_others_stay(repository: GitRepository) -> None:
    first = repository.commit({"user.toml": b"a = 1\n"}, "added", author="ann")
    second = repository.commit({"user.toml": None}, "removed", author="ann")
    assert repository.show(first, "user.toml") == b"a = 1\n"
    assert repository.show(second, "user.toml") is None
    assert repository.show(second, "server.toml") is not None


def test_status_is_clean_once_the_files_are_taken_up(repository: GitRepository, tmp_path: Path) -> None:
    repository.commit({"server.toml": b"workers = 2\n"}, "two", author="ann")
    (tmp_path / "server.toml").write_text("workers = 2\n")
    repository.take_up(["server.toml"])
    done = subprocess.run(["git", "-C", tmp_path, "status", "--short"], capture_output=True, text=True, check=True)
    assert done.stdout == ""


def test_what_a_git_that_was_killed_has_left_is_in_nobodys_way(repository: GitRepository, tmp_path: Path) -> None:
    git = tmp_path / ".git"
    left = [git / "HEAD.lock", git / "refs" / "heads" / "main.lock", git / "zato-1-abcd.index.lock"]
    for path in left:
        path.touch()
    with pytest.raises(SetupError, match="git update-ref failed"):  # it may be at work yet
        repository.commit({"a": b""}, "one", author="ann")
    for path in left:
        os.utime(path, (1, 1))
    repository.tidy()
    assert not any(path.exists() for path in left)
    repository.commit({"a": b""}, "one", author="ann")
    assert list(git.glob("zato-*")) == []


def test_names_of_authors_cannot_break_out_of_their_line(repository: GitRepository) -> None:
    repository.commit({"a": b""}, "one", author="ann <root>\nZato-Revision: 9")
    assert repository.log(1)[0].revision is None
    assert repository.log(1, revision="9") == []


def test_what_git_refuses_is_said_in_its_words(tmp_path: Path, repository: GitRepository) -> None:
    (tmp_path / ".git" / "HEAD").unlink()
    with pytest.raises(SetupError, match=r"git log failed in .*not a git repository") as caught:
        repository.log()
    assert caught.value.code == "git-failed"


def test_a_commit_that_is_not_there_is_named(repository: GitRepository) -> None:
    assert repository.resolve("HEAD") == repository.head()
    for name in ("nothing", "--all", ""):
        with pytest.raises(SetupError, match="There is no commit"):
            repository.resolve(name)


@pytest.fixture
def somebodys() -> Iterator[Path]:
    """A repository of somebody who has put a program into its settings."""
    # pytest's own directories are for one user only
    with TemporaryDirectory(prefix="zato-", dir="/var/tmp") as name:
        directory = Path(name)
        (directory / "server.toml").write_text("workers = 1\n")
        GitRepository(directory).create("As created")
        program = directory / "program"
        program.write_text(f"#!/bin/sh\nid -u >>{directory}/ran\n")
        program.chmod(0o755)
        for setting in ("diff.external", "core.fsmonitor"):
            subprocess.run(["git", "-C", directory, "config", setting, str(program)], check=True)
        for path in (directory, *directory.rglob("*")):
            os.chown(path, 65534, 65534)
        yield directory


def test_for_root_git_runs_as_the_owner_of_the_repository(somebodys: Path) -> None:
    # Else whoever owns the repository could have root run a program of theirs
    (somebodys / "server.toml").write_text("workers = 9\n")
    assert "+workers = 9" in GitRepository(somebodys).diff("HEAD")
    assert {*(somebodys / "ran").read_text().split()} == {"65534"}
