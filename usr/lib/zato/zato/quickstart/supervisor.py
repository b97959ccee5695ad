"""Runs a cluster's processes in the foreground: starts them, shows their output, starts again those that die.

docs/adr/0002-supervisor.md says why this is not honcho's Manager.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from zato.core.backoff import Backoff
from zato.host.files import write_atomically
from zato.host.log_text import SUPERVISED
from zato.quickstart.output import Output
from zato.quickstart.starting import Command, Forked, execute, fork

_RESTARTING = Backoff(0.1, 5.0)
_STEADY_SECONDS = 10.0
_AFTER_SECONDS = 5.0
# While something is to be started; else the end of a process, or of all, is what there is to wait for
_ROUND_SECONDS = 0.05
_QUIET_ROUND_SECONDS = 1.0
# A balancer under load writes thousands of lines a second, each by itself: they are let gather for a moment, since to
# wake up for each costs more than to copy it. The pipe holds what comes meanwhile
_GATHER_SECONDS = 0.01
_BLOCK_BYTES = 1024 * 1024
_LINE_BYTES_MAX = 1024 * 1024


@dataclass(slots=True)
class _Child:
    command: Command
    process: subprocess.Popen[bytes] | Forked | None = None
    started: float = 0.0
    failed: int = 0
    start_at: float = 0.0
    done: bool = False


@dataclass(slots=True)
class _Stream:
    """Output of a process, as far as it was not shown yet for want of the end of its line."""

    command: Command
    file: IO[bytes]
    rest: bytes = b""


class Supervisor:
    """Runs commands until told to stop. `pids` is kept up to date with a line "name pid" for each that runs.

    All in one thread: the kernel takes the end of any thread of the parent for its end, and tells children each time.
    """

    def __init__(self, commands: Sequence[Command], pids: Path, output: Output) -> None:
        self._children = [_Child(command) for command in commands]
        self._output = output
        self._pids = pids
        self._requests = 0
        self._own_id = os.getpid()
        self._begun = time.monotonic()
        self._selector = selectors.DefaultSelector()
        self._told = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._selector.register(self._told, selectors.EVENT_READ)

    def stop(self, *_: object) -> None:
        """Ask `run` to end everything, the second time at once. Safe to call from a signal handler."""
        self._requests += 1
        self.look()

    def look(self, *_: object) -> None:
        """Ask `run` to look at once which processes have ended. Safe to call from a signal handler, as of SIGCHLD."""
        os.eventfd_write(self._told, 1)

    def run(self) -> Command | None:
        """Start everything and keep it running until asked to stop, then end it: None.

        Returns in each process that was forked meanwhile as well, with its command.
        """
        try:
            forked = self._keep_running()
        except BaseException:
            if os.getpid() == self._own_id:  # a fork that fails here has no others to end
                self._end_everything()
            raise
        if forked is None:
            self._end_everything()
        return forked

    def _keep_running(self) -> Command | None:
        while not self._requests:
            for child in self._children:
                if self._look_after(child):
                    self._close()
                    return child.command
            self._wait(_ROUND_SECONDS if self._is_one_to_start() else _QUIET_ROUND_SECONDS)
        return None

    def _close(self) -> None:
        """In a fork. Nothing is unregistered, which would hold for the supervisor as well."""
        for key in self._selector.get_map().values():
            if key.data is not None:
                key.data.file.close()
        self._selector.close()
        os.close(self._told)

    def _end_everything(self) -> None:
        self._output.say("Ending everything")
        self._end_all()
        self._pids.unlink(missing_ok=True)

    def _wait(self, seconds: float) -> None:
        """For so long, or until it is to look, copying output all the while."""
        limit = time.monotonic() + seconds
        while (left := limit - time.monotonic()) > 0 and not self._is_told():
            if self._show_output(left):
                time.sleep(_GATHER_SECONDS)

    def _is_told(self) -> bool:
        try:
            return os.eventfd_read(self._told) > 0
        except BlockingIOError:
            return False

    def _is_one_to_start(self) -> bool:
        return any(child.process is None and not child.done for child in self._children)

    def _look_after(self, child: _Child) -> bool:
        """Whether this process is the child that was forked."""
        now = time.monotonic()
        if child.process is not None:
            code = child.process.poll()
            if code is None:
                return False
            # What it leaves behind in its session, such as a gunicorn master's workers, would be in the next one's way
            _signal_group(child.process.pid, signal.SIGTERM)
            child.process = None
            if child.command.once:
                child.done = True
            else:
                if now - child.started > _STEADY_SECONDS:
                    child.failed = 0
                child.failed += 1
                pause = _RESTARTING.pause_after(child.failed)
                child.start_at = now + pause
                self._output.say(f"{child.command.name} {_ending(code)}; starting it again in {pause:.1f} s")
            self._write_pids()
        return not child.done and now >= child.start_at and self._may_start(child, now) and self._start(child)

    def _may_start(self, child: _Child, now: float) -> bool:
        return now - self._begun > _AFTER_SECONDS or all(path.exists() for path in child.command.after)

    def _start(self, child: _Child) -> bool:
        """Whether this process is the child that was forked."""
        child.started = time.monotonic()
        begin = execute if child.command.main is None else fork
        try:
            child.process = begin(child.command, {SUPERVISED: self._output.secret})
        except OSError as error:
            child.failed += 1
            pause = _RESTARTING.pause_after(child.failed)
            child.start_at = child.started + pause
            self._output.say(f"{child.command.name} cannot be started: {error}; trying again in {pause:.1f} s")
            return False
        if child.process is None:
            return True
        assert child.process.stdout is not None
        stream = _Stream(child.command, child.process.stdout)
        self._selector.register(child.process.stdout, selectors.EVENT_READ, stream)
        self._write_pids()
        return False

    def _show_output(self, seconds: float) -> bool:
        """Copy what the processes have written, waiting for the first of it so long at most; whether there was any."""
        ready = self._selector.select(seconds)
        for key, _ in ready:
            if key.data is None:  # to be seen by `_wait`
                continue
            stream: _Stream = key.data
            block = os.read(key.fd, _BLOCK_BYTES)
            if not block:
                self._selector.unregister(stream.file)
                stream.file.close()
                self._say_of(stream.command, [stream.rest] if stream.rest else [])
                continue
            *lines, stream.rest = (stream.rest + block).split(b"\n")
            if len(stream.rest) > _LINE_BYTES_MAX:
                lines.append(stream.rest)
                stream.rest = b""
            self._say_of(stream.command, lines)
        return bool(ready)

    def _say_of(self, command: Command, lines: list[bytes]) -> None:
        if command.once:
            self._output.plain(lines)
        else:
            self._output.lines(command.name, lines)

    def _write_pids(self) -> None:
        running = [(child.command.name, child.process.pid) for child in self._children if child.process is not None]
        try:
            write_atomically(self._pids, "".join(f"{name} {pid}\n" for name, pid in running).encode(), durable=False)
        except OSError as error:  # a full disk must not end the cluster
            self._output.say(f"{self._pids} cannot be written: {error.strerror}")

    def _end_all(self) -> None:
        for stage in sorted({child.command.stage for child in self._children}):
            members = [child for child in self._children if child.command.stage == stage and child.process is not None]
            for child in members:
                _signal(child.process, child.command.stop_signal)
            for child in members:
                self._end(child)

    def _end(self, child: _Child) -> None:
        process = child.process
        assert process is not None
        deadline = time.monotonic() + child.command.patience_seconds
        while process.poll() is None and time.monotonic() < deadline and self._requests < 2:
            self._wait(0.01)
        if process.poll() is None:
            self._output.say(f"{child.command.name} has not ended by itself, so it is killed")
        # Also what the process may have left in its session
        _signal_group(process.pid, signal.SIGKILL)
        process.wait()
        self._show_output(0)


def _signal(process: subprocess.Popen[bytes] | Forked | None, number: signal.Signals) -> None:
    if process is not None and process.poll() is None:
        process.send_signal(number)


def _signal_group(session: int, number: signal.Signals) -> None:
    try:
        os.killpg(session, number)
    except ProcessLookupError:
        return


def _ending(code: int) -> str:
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
