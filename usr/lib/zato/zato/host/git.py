"""git repositories of configuration, by git's own command line.

Settings of whoever runs it have no part in it: one who signs commits, has hooks, or calls this from a hook, gets the
same. Settings of the repository can name programs to run, in dozens of places, and more with each release of git: so
git can start none (but for packing, which nobody waits for), and for root it runs as the repository's owner.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from zato.core.errors import SetupError
from zato.host import children
from zato.host.children import Ended
from zato.host.programs import program

REVISION = "Zato-Revision"
"""Trailer of commits that hold what a revision of the configuration says."""

_SECONDS = 30.0
_LONG_SECONDS = 600.0  # where an operator waits, and can end it: a disk that is busy may take long for one write
_ATTEMPTS = 10
_LOCK_SECONDS = 60.0
_FIELD, _RECORD = "\x1f", "\x1e"
_LOG = _FIELD.join(("%H", "%an", "%aI", "%s", f"%(trailers:key={REVISION},valueonly,separator=%x20)")) + _RECORD
_OWN = "Zato"
# What would only fail where git cannot start it, and what does not start programs but asks others for objects
_SETTINGS = {
    "user.name": _OWN,
    "user.email": "zato@localhost",
    "commit.gpgSign": "false",
    "core.attributesFile": os.devnull,
    "core.excludesFile": os.devnull,
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.preloadIndex": "false",  # by threads, which count as processes
    "gc.autoDetach": "false",
    "log.showSignature": "false",
    "maintenance.auto": "false",
    "protocol.allow": "never",
    "submodule.recurse": "false",
}
_ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_PAGER": "cat",
    "GIT_TERMINAL_PROMPT": "0",
}


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit; `revision` is None where it was not made for one."""

    id: str
    author: str
    at: datetime
    subject: str
    revision: int | None


class GitRepository:
    """The repository whose working tree is `directory`. Raises SetupError in git's words."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def create(self, message: str) -> None:
        """Everything in the directory is committed, unless there is a commit already. May be repeated."""
        if self.head() is not None:
            return
        self._git("init", "-q", "-b", "main", "--template=")
        self._git("add", "-A")
        self._git("commit", "-q", "--allow-empty", "-m", message)

    def head(self) -> str | None:
        """The last commit; None where there is none."""
        done = self._run("rev-parse", "-q", "--verify", "HEAD")
        return done.output.decode().strip() if done.code == 0 else None

    def commit(
        self,
        files: Mapping[str, bytes | None],
        message: str,
        *,
        author: str,
        at: datetime | None = None,
        revision: int | None = None,
    ) -> str:
        """Commits these files' content (None: removed) after HEAD, and returns the commit. The files are left alone."""
        parent = self.head()
        # A new one each time: an earlier process may have been killed, and have left its lock
        file = self._directory / ".git" / f"zato-{os.getpid()}-{secrets.token_hex(4)}.index"
        index = {"GIT_INDEX_FILE": str(file)}
        try:
            tree = self._tree(parent, files, index)
        finally:
            file.unlink(missing_ok=True)
        if revision is not None:
            message = f"{message}\n\n{REVISION}: {revision}"
        moment = (at or datetime.now(UTC)).isoformat()
        who = {"GIT_AUTHOR_NAME": author, "GIT_AUTHOR_EMAIL": f"<{author}>", "GIT_AUTHOR_DATE": moment}
        parents = ("-p", parent) if parent is not None else ()
        made = self._git("commit-tree", tree, *parents, "-F", "-", data=message.encode(), environment=who)
        self._git("update-ref", "HEAD", made, parent or "")
        return made

    def _tree(self, parent: str | None, files: Mapping[str, bytes | None], index: Mapping[str, str]) -> str:
        if parent is not None:
            self._git("read-tree", parent, environment=index)
        for name, data in files.items():
            if data is None:
                self._git("update-index", "--force-remove", name, environment=index)
                continue
            blob = self._git("hash-object", "-w", "--stdin", data=data)
            self._git("update-index", "--add", "--cacheinfo", f"100644,{blob},{name}", environment=index)
        return self._git("write-tree", environment=index)

    def count(self) -> int:
        """How many commits lead to the last one."""
        return int(self._git("rev-list", "--count", "HEAD"))

    def save(self, file: Path) -> None:
        """The whole history of HEAD, whatever its branch, in one new file: a bundle, which the owner's git writes.

        It may get commits meanwhile: git, which looks at HEAD twice, makes none where that was moved in between.
        """
        for left in reversed(range(_ATTEMPTS)):
            before = self.head()
            try:
                self._git("bundle", "create", "-q", str(file), "HEAD", without_children=False, seconds=_LONG_SECONDS)
            except SetupError:
                if not left or self.head() == before:
                    raise
            else:
                return

    def load(self, file: Path) -> None:
        """A new repository with the history of such a file, which is trusted no more than any repository."""
        self._git("init", "-q", "-b", "main", "--template=", seconds=_LONG_SECONDS)
        for line in self._git(
            "bundle", "unbundle", str(file), without_children=False, seconds=_LONG_SECONDS
        ).splitlines():
            commit, _, name = line.partition(" ")
            if name == "HEAD":
                self._git("update-ref", "HEAD", commit, seconds=_LONG_SECONDS)
        self._run("reset", "-q", seconds=_LONG_SECONDS)

    def tidy(self) -> None:
        """Removes what a git that was killed has left, and packs what has become much."""
        directory = self._directory / ".git"
        left = (*directory.glob("zato-*.index*"), *directory.glob("refs/heads/*.lock"), directory / "HEAD.lock")
        for path in left:
            # git holds these for milliseconds; index.lock is not one of them, as it waits for an editor
            with contextlib.suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > _LOCK_SECONDS:
                    path.unlink()
        self._run("gc", "-q", "--auto", without_children=False)

    def take_up(self, names: Sequence[str]) -> None:
        """Files of the working tree that are as HEAD has them are known as such, so that git's status is clean."""
        self._run("reset", "-q", "--", *names, seconds=_LONG_SECONDS)

    def show(self, commit: str, name: str) -> bytes | None:
        """A file's content as of a commit; None where it was not there, or where there is no such commit."""
        done = self._run("cat-file", "blob", f"{commit}:{name}")
        return done.output if done.code == 0 else None

    def log(self, limit: int = 100, *, revision: str | None = None) -> list[Commit]:
        """The last commits, newest first; with `revision` (a number, or .*) those only that were made for it."""
        chosen = () if revision is None else ("-E", f"--grep=^{REVISION}: {revision}$")
        text = self._git("log", "--first-parent", f"-n{limit}", f"--format={_LOG}", *chosen)
        return [_commit(record) for record in text.split(_RECORD) if record.strip()]

    def resolve(self, name: str) -> str:
        """The full id of a commit. Raises SetupError where there is none of that name."""
        done = self._run("rev-parse", "-q", "--verify", "--end-of-options", f"{name}^{{commit}}")
        if done.code:
            raise SetupError(f"There is no commit {name!r} in {self._directory}.", code="no-such-commit")
        return done.output.decode().strip()

    def diff(self, before: str, after: str | None = None) -> str:
        """What differs between two commits, as a patch; without the second, between one and the files as they are."""
        plain = ("--no-color", "--no-ext-diff", "--no-textconv", "--ignore-submodules=all")
        return self._git("diff", *plain, before, *(() if after is None else (after,)))

    def _git(
        self,
        *arguments: str,
        data: bytes = b"",
        environment: Mapping[str, str] | None = None,
        without_children: bool = True,
        seconds: float = _SECONDS,
    ) -> str:
        done = self._run(
            *arguments, data=data, environment=environment, without_children=without_children, seconds=seconds
        )
        if done.code:
            said = " ".join(done.errors.decode(errors="replace").split()) or f"exit code {done.code}"
            raise SetupError(f"git {arguments[0]} failed in {self._directory}: {said}", code="git-failed")
        return done.output.decode(errors="replace").strip("\n")

    def _run(
        self,
        *arguments: str,
        data: bytes = b"",
        environment: Mapping[str, str] | None = None,
        without_children: bool = True,
        seconds: float = _SECONDS,
    ) -> Ended:
        directory = str(self._directory.absolute())
        # Named, else git would look for a repository in the directories above, which may be a checkout
        where = {"GIT_DIR": f"{directory}/.git", "GIT_WORK_TREE": directory}
        options = [word for name, value in _SETTINGS.items() for word in ("-c", f"{name}={value}")]
        try:
            return children.run(
                [program("git"), "-C", directory, *options, *arguments],
                account=children.owner_of(self._directory),
                seconds=seconds,
                data=data,
                environment={**_ENVIRONMENT, **where, **(environment or {})},
                without_children=without_children,
            )
        except subprocess.TimeoutExpired as error:
            raise SetupError(f"git {arguments[0]} took too long in {self._directory}.", code="git-failed") from error


def _commit(record: str) -> Commit:
    commit, author, at, subject, revision = record.strip("\n").split(_FIELD)
    return Commit(commit, author, datetime.fromisoformat(at), subject, int(revision) if revision.isdecimal() else None)
