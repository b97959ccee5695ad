"""Programs that read what a lesser user may write, and so may do what that user wants.

Root runs them as that user. They have no terminal, neither ours nor a way back to it (TIOCSTI), nothing of our
environment, and only so much room and time.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from zato.host.files import open_plain
from zato.host.programs import PLACES, program

OUTPUT_BYTES_MAX = 64 * 1024 * 1024
NO_HOME = "/nonexistent"
_ENVIRONMENT = {"PATH": PLACES, "HOME": NO_HOME, "LC_ALL": "C.UTF-8"}


@dataclass(frozen=True, slots=True)
class Account:
    """Who a program runs as; `groups` are those beside the first one."""

    uid: int
    gid: int
    groups: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program has ended; `code` is negative where a signal has ended it."""

    code: int
    output: bytes
    errors: bytes


def owner_of(path: Path) -> Account | None:
    """As whom root runs what goes by files at `path`; None where that is root itself, or where this is not root."""
    found = path.stat()
    if os.geteuid() != 0 or found.st_uid == 0:
        return None
    return Account(found.st_uid, found.st_gid)


def run(
    command: Sequence[str],
    *,
    account: Account | None,
    seconds: float | None,
    data: bytes = b"",
    environment: Mapping[str, str] | None = None,
    without_children: bool = False,
    file_bytes_max: int | None = OUTPUT_BYTES_MAX,
    input: Path | None = None,
    output: Path | None = None,
) -> Ended:
    """Runs it to its end; what it has started and left behind in its session is ended too, where that takes too long.

    `without_children`: it can start no program, whatever its configuration says; the kernel does not hold root to that.
    The first OUTPUT_BYTES_MAX of its output are kept, and no file that it writes is longer than `file_bytes_max`.
    Instead of `data` it may read `input`, a plain file, and its output may go to `output`, a new file; this process
    opens both.
    Raises subprocess.TimeoutExpired, and OSError where `input` is no plain file.
    """
    assert os.getuid() == os.geteuid(), "Root's own id is only put aside: the program could take it up again."
    with ExitStack() as files:
        # In memory, not by pipes: whoever keeps one of those open would keep us waiting
        entered, said, errors = (files.enter_context(_memory(content)) for content in (data, b"", b""))
        if input is not None:
            entered = files.enter_context(_closed(open_plain(input)))
        if output is not None:
            said = files.enter_context(_closed(_new_file(output)))
        process = subprocess.Popen(
            [*_as(account), *_bounded(file_bytes_max, without_children=without_children), *command],
            stdin=entered,
            stdout=said,
            stderr=errors,
            env={**_ENVIRONMENT, **(environment or {})},
            cwd="/",
            start_new_session=True,
        )
        try:
            code = process.wait(seconds)
        except BaseException:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise
        return Ended(code, b"" if output is not None else _content(said), _content(errors))


def _as(account: Account | None) -> list[str]:
    if account is None:
        return []
    groups = f"--groups={','.join(map(str, account.groups))}" if account.groups else "--clear-groups"
    return [program("setpriv"), f"--reuid={account.uid}", f"--regid={account.gid}", groups, "--no-new-privs", "--"]


def _bounded(file_bytes_max: int | None, *, without_children: bool) -> list[str]:
    # After the user was changed: a process that has more than its user may have is not executed
    limits = [f"--fsize={file_bytes_max}:{file_bytes_max}"] if file_bytes_max is not None else []
    limits += ["--nproc=0:0"] if without_children else []
    return [program("prlimit"), *limits, "--"] if limits else []


def _new_file(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)


@contextlib.contextmanager
def _closed(descriptor: int) -> Iterator[int]:
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _memory(content: bytes) -> Iterator[int]:
    descriptor = os.memfd_create("zato", os.MFD_CLOEXEC)
    try:
        left = memoryview(content)
        while left:
            left = left[os.write(descriptor, left) :]
        os.lseek(descriptor, 0, os.SEEK_SET)
        yield descriptor
    finally:
        os.close(descriptor)


def _content(descriptor: int) -> bytes:
    return os.pread(descriptor, OUTPUT_BYTES_MAX, 0)
