"""How the supervisor begins a process: other programs are executed, and what is Zato's own are forks of the supervisor.

docs/adr/0039-forked-from-the-supervisor.md says what that saves.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from zato.host.process_title import show_command

_PR_SET_PDEATHSIG = 1
# Of the pipe with a process's output
_PIPE_BYTES = 1024 * 1024
_libc = ctypes.CDLL(None)


@dataclass(frozen=True, slots=True)
class Command:
    """One process: its name in the output, what to execute, and how to ask it to end.

    One with `main` is not executed but forked, and runs that: it shares what the supervisor has loaded. `arguments` are
    those it then has, and what `ps` shows.

    Processes of a lower `stage` are asked first, and have ended (within `patience_seconds`) before the next stage is
    asked. One that runs `once` is left alone when it has ended. It is started when the files of `after` are there, or
    a few seconds later all the same.
    """

    name: str
    arguments: tuple[str, ...]
    main: Callable[[], int] | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    stage: int = 0
    patience_seconds: float = 3.0
    once: bool = False
    after: tuple[Path, ...] = ()


class Forked:
    """A fork of this process, with what `subprocess.Popen` has for a program."""

    def __init__(self, pid: int, stdout: IO[bytes]) -> None:
        self.pid = pid
        self.stdout = stdout
        self._code: int | None = None

    def poll(self) -> int | None:
        """The exit code, negative where a signal has ended it; None while it runs."""
        return self._wait(os.WNOHANG)

    def wait(self) -> int:
        """Its exit code, once it has ended."""
        code = self._wait(0)
        assert code is not None
        return code

    def send_signal(self, number: signal.Signals) -> None:
        """Nothing where it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def _wait(self, options: int) -> int | None:
        if self._code is None:
            pid, status = os.waitpid(self.pid, options)
            if pid:
                self._code = os.waitstatus_to_exitcode(status)
        return self._code


def execute(command: Command, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Another program, with `environment` besides this process's own. Raises OSError where there is none."""
    owner = os.getpid()
    return subprocess.Popen(
        command.arguments,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, **environment},
        start_new_session=True,  # Ctrl-C is the supervisor's alone
        preexec_fn=lambda: _begin_as_program(owner),  # noqa: PLW1509 - three system calls that touch no lock
        pipesize=_PIPE_BYTES,
    )


def fork(command: Command, environment: Mapping[str, str]) -> Forked | None:
    """A fork of this process; None in the fork itself, where all is as if a program had been executed.

    But for memory, and descriptors: what this process has open, its fork closes. This process must have one thread.
    Raises OSError.
    """
    owner = os.getpid()
    reading, writing = os.pipe2(os.O_CLOEXEC)
    output = os.fdopen(reading, "rb", buffering=0)
    try:
        fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        # Until the fork has given up the supervisor's handlers, which would do nothing there
        before = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        try:
            pid = os.fork()
            if pid == 0:
                _become(command, environment, owner, writing)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
    except OSError:
        output.close()
        raise
    finally:
        os.close(writing)
    if pid:
        return Forked(pid, output)
    output.close()
    return None


def _become(command: Command, environment: Mapping[str, str], owner: int, output: int) -> None:
    """Makes the fork what it is to be. Where that fails it ends: it must not go on as a second supervisor."""
    try:
        _end_with(owner)
        os.setsid()
        _forget_handlers()
        _redirect(output)
        os.environ.update(environment)
        sys.argv = list(command.arguments[command.arguments.index("-m") + 1 :])
        show_command(command.arguments)
    except BaseException as error:  # noqa: BLE001 - whatever it is, the supervisor has nothing to do with it
        with contextlib.suppress(OSError):
            os.write(output, f"It cannot be started: {error!r}\n".encode("utf-8", "backslashreplace"))
        os._exit(1)


def _begin_as_program(owner: int) -> None:
    _end_with(owner)
    # A shell has what it runs in the background ignore Ctrl-C, and what is ignored is ignored by programs, too
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _end_with(owner: int) -> None:
    """The kernel ends this process when the supervisor is gone, even by kill -9."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != owner:  # it was killed before the line above
        os._exit(1)


def _forget_handlers() -> None:
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _redirect(output: int) -> None:
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(output, 1)
    os.dup2(output, 2)
