"""The machine that this worker runs on, as the admin API tells of it."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from zato.core.errors import NotFound, SetupError, TooLarge, Unavailable
from zato.host import children
from zato.host.git import Commit, GitRepository
from zato.host.layout import Layout
from zato.pki.certificates import CertificateStatus
from zato.pki.renewal import PublicStatus, UnusableCertificate, list_certificates, public_status

_DOCTOR_SECONDS = 60.0
# Each is a process, and anybody who may read may ask for it
_GITS_MAX = 2
_GIT_WAIT_SECONDS = 5.0
_DIFF_CHARACTERS_MAX = 1024 * 1024
_SAID = frozenset({0, 1})  # 1: something is not well


class Machine:
    """What is asked about it raises SetupError for what cannot be read. Threads may share this."""

    def __init__(self, layout: Layout, *, git_wait_seconds: float = _GIT_WAIT_SECONDS) -> None:
        self._layout = layout
        self._git_wait_seconds = git_wait_seconds
        self._examining = threading.Lock()
        self._gits = threading.BoundedSemaphore(_GITS_MAX)

    def certificates(self, now: datetime) -> tuple[Sequence[CertificateStatus], Sequence[UnusableCertificate]]:
        """Those in the directory of the cluster's certificates, and the files there that are none."""
        return list_certificates(self._layout.pki, now)

    def public_certificate(self, now: datetime) -> PublicStatus | None:
        """The one for browsers and partners; None where there is none here."""
        return public_status(self._layout.pki, now)

    def commits(self, server: int, limit: int) -> Sequence[Commit]:
        """Changes of a server's own settings, newest first. Raises Unavailable where too many ask."""
        with self._git(server) as repository:
            return repository.log(limit)

    def diff(self, server: int, before: str, after: str | None) -> str:
        """What differs between two commits of a server's own settings, and `commits`. Raises NotFound, TooLarge."""
        with self._git(server) as repository:
            try:
                ends = repository.resolve(before), repository.resolve(after or "HEAD")
            except SetupError as error:
                raise NotFound(error.message, code=error.code) from error
            text = repository.diff(*ends)
        if len(text) > _DIFF_CHARACTERS_MAX:
            raise TooLarge(f"The difference has {len(text)} characters; {_DIFF_CHARACTERS_MAX} are shown here.")
        return text

    def examined(self) -> bytes:
        """What the doctor says, as JSON. A process of its own, one at a time: it starts programs and takes seconds.

        Raises Unavailable where another one is under way, or where it does not come to an end.
        """
        if not self._examining.acquire(blocking=False):
            raise Unavailable("An examination is under way; ask again when it has ended.", code="doctor-busy")
        command = [sys.executable, "-m", "zato.cli.main", "--home", str(self._layout.root), "--json", "doctor"]
        try:
            done = children.run(command, account=None, seconds=_DOCTOR_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise Unavailable(
                f"The examination has not ended after {_DOCTOR_SECONDS:g} s; on that machine run: zato doctor",
                code="doctor-failed",
            ) from error
        finally:
            self._examining.release()
        if done.code not in _SAID or not done.output:
            reason = done.errors.decode("utf-8", "replace").strip()[-500:]
            raise Unavailable(f"The examination has failed: {reason or done.code}", code="doctor-failed")
        return done.output

    @contextmanager
    def _git(self, server: int) -> Iterator[GitRepository]:
        directory = self._layout.server(server).config
        if not (directory / ".git").is_dir():
            raise NotFound(f"Server {server} has no history of its own settings yet.", code="no-history")
        if not self._gits.acquire(timeout=self._git_wait_seconds):
            raise Unavailable(
                "Too many ask for the history of settings; try again in a moment.",
                code="git-busy",
                retry_after_seconds=1,
            )
        try:
            yield GitRepository(directory)
        finally:
            self._gits.release()
