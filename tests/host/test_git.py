"""Repositories of configuration: what is committed, by whom, whatever the settings of whoever runs it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from support.terminals import on_a_terminal
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


def test_the_history_is_carried_whatever_the_branch_is_called(repository: GitRepository, tmp_path: Path) -> None:
    subprocess.run(["git", "-C", tmp_path, "checkout", "-q", "-b", "trial"], check=True)
    subprocess.run(["git", "-C", tmp_path, "branch", "-q", "-D", "main"], check=True)
    repository.commit({"server.toml": b"workers = 2\n"}, "workers = 2", author="ann")
    repository.save(tmp_path / "history")
    (tmp_path / "other").mkdir()
    other = GitRepository(tmp_path / "other")
    other.load(tmp_path / "history")
    assert other.log() == repository.log()


MOVES_HEAD = """#!/bin/sh
case "$*" in *"bundle create"*)
    if [ ! -e {marker} ]; then
        touch {marker}
        real() {{ {git} -C {directory} -c user.name=a -c user.email=a "$@"; }}
        real update-ref HEAD "$(real commit-tree -p HEAD -m meanwhile 'HEAD^{{tree}}')"
        echo "fatal: Refusing to create empty bundle." >&2
        exit 128
    fi
esac
exec {git} "$@"
"""


def test_the_history_is_carried_though_it_grows_meanwhile(
    repository: GitRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    script = MOVES_HEAD.format(marker=programs / "moved", git=shutil.which("git"), directory=tmp_path)
    (programs / "git").write_text(script)
    (programs / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    repository.save(tmp_path / "history")
    (tmp_path / "other").mkdir()
    other = GitRepository(tmp_path / "other")
    other.load(tmp_path / "history")
    assert [commit.subject for commit in other.log()] == ["meanwhile", "As created"]
    (tmp_path / ".git" / "objects").rename(tmp_path / "away")
    with pytest.raises(SetupError, match="git bundle failed"):  # nothing that another try heals
        repository.save(tmp_path / "again")


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


# Everything by which a repository can have git start a program, and the program's name in them
SETTINGS = """
[core]
    fsmonitor = {program}
    sshCommand = {program}
    pager = {program}
    editor = {program}
    hooksPath = {hooks}
    askPass = {program}
    gitProxy = {program}
    alternateRefsCommand = {program}
[diff]
    external = {program}
    submodule = log
[diff "planted"]
    textconv = {program}
    command = {program}
[filter "planted"]
    clean = {program}
    smudge = {program}
    process = {program}
[log]
    showSignature = true
[gpg]
    program = {program}
[commit]
    gpgSign = true
[credential]
    helper = !{program}
[pager]
    log = {program}
    diff = {program}
[alias]
    log = !{program}
[gc]
    recentObjectsHook = {program}
[extensions]
    partialClone = planted
[remote "planted"]
    url = ext::{program}
    promisor = true
[protocol]
    allow = always
[protocol "ext"]
    allow = always
[include]
    path = {more}
"""
PROGRAM = """#!/usr/bin/python3
import fcntl, os, termios
with open({ran!r}, 'a') as ran:
    print(os.getuid(), file=ran)
    for letter in b'touch /somewhere':
        fcntl.ioctl(os.open('/dev/tty', os.O_RDWR), termios.TIOCSTI, bytes([letter]))
    print('typed', file=ran)
"""


@pytest.fixture
def somebodys() -> Iterator[Path]:
    """A repository of somebody who has put a program into all of its settings that take one."""
    # pytest's own directories are for one user only
    with TemporaryDirectory(prefix="zato-", dir="/var/tmp") as name:
        directory = Path(name)
        (directory / "server.toml").write_text("workers = 1\n")
        repository = GitRepository(directory)
        repository.create("As created")
        repository.commit({"server.toml": b"workers = 2\n"}, "two", author="ann")
        program, hooks, more = directory / "program", directory / "hooks", directory / "more"
        program.write_text(PROGRAM.format(ran=str(directory / "ran")))
        hooks.mkdir()
        for hook in ("reference-transaction", "pre-auto-gc", "post-index-change", "pre-commit", "post-commit"):
            (hooks / hook).symlink_to(program)
            (directory / ".git" / "hooks").mkdir(exist_ok=True)
            (directory / ".git" / "hooks" / hook).symlink_to(program)
        more.write_text(f"[core]\n    fsmonitor = {program}\n")
        with (directory / ".git" / "config").open("a") as file:
            file.write(SETTINGS.format(program=program, hooks=hooks, more=more))
        (directory / ".gitattributes").write_text("* diff=planted filter=planted\n")
        program.chmod(0o755)
        for path in (directory, *directory.rglob("*")):
            os.chown(path, 65534, 65534, follow_symlinks=False)
        yield directory


READING = """
import sys
from pathlib import Path
from zato.core.errors import SetupError
from zato.host.git import GitRepository

repository = GitRepository(Path(sys.argv[1]))
first, last = repository.log()[-1].id, repository.log()[0].id
assert repository.resolve('HEAD') == repository.head() == last
assert '+workers = 2' in repository.diff(first, last)
assert repository.show(last, 'server.toml') == b'workers = 2\\n'
assert repository.show('0' * 40, 'server.toml') is None
try:
    assert '+workers = 9' in repository.diff('HEAD')
    repository.take_up(['server.toml'])
    repository.commit({'server.toml': b'workers = 3\\n'}, 'three', author='ann')
except SetupError as error:
    print(error.message)
repository.tidy()
print('done')
"""


def test_nothing_that_a_repositorys_settings_name_is_started_at_roots_terminal(somebodys: Path) -> None:
    # Whoever owns the repository could type into root's terminal by it
    (somebodys / "server.toml").write_text("workers = 9\n")
    said = on_a_terminal([sys.executable, "-c", READING, str(somebodys)])
    assert said.splitlines()[-1:] == ["done"], said
    assert not (somebodys / "ran").exists(), (somebodys / "ran").read_text()


def test_for_root_git_runs_as_the_owner_of_the_repository(somebodys: Path) -> None:
    GitRepository(somebodys).commit({"server.toml": b"workers = 3\n"}, "three", author="ann")
    assert {path.stat().st_uid for path in (somebodys / ".git").rglob("*")} == {65534}
