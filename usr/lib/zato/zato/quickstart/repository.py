"""The git repository of a server's own configuration."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from zato.core.errors import SetupError
from zato.host.programs import program


def commit_first(directory: Path, message: str) -> None:
    """Make the directory a repository with everything in it committed, unless it has a commit already.

    May be repeated after it was interrupted. Settings of whoever runs it have no part in it: one who signs commits,
    has hooks, or calls this from a hook, gets the same. Raises SetupError in git's words.
    """
    if _git(directory, "rev-parse", "-q", "--verify", "HEAD", check=False):
        return
    _git(directory, "init", "-q", "-b", "main", "--template=")
    _git(directory, "add", "-A")
    _git(directory, "commit", "-q", "-m", message)


def _git(directory: Path, *arguments: str, check: bool = True) -> bool:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    # Else git would look for a repository in the directories above, which may be a checkout
    environment["GIT_CEILING_DIRECTORIES"] = str(directory.parent)
    identity = ("-c", "user.name=Zato", "-c", "user.email=zato@localhost")
    done = subprocess.run(
        [program("git"), "-C", str(directory), *identity, *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if check and done.returncode:
        said = " ".join(done.stderr.split()) or f"exit code {done.returncode}"
        raise SetupError(f"git {arguments[0]} failed in {directory}: {said}", code="git-failed")
    return done.returncode == 0
