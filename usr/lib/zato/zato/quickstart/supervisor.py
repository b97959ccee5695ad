"""Runs a cluster's processes in the foreground: starts them, shows their output, starts again those that die.

docs/adr/0002-supervisor.md says why this is not honcho's Manager; its printer is used.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from honcho.colour import get_colours
from honcho.printer import Message, Printer

_PR_SET_PDEATHSIG = 1
_FIRST_PAUSE_SECONDS = 0.2
_LONGEST_PAUSE_SECONDS = 10.0
_STEADY_SECONDS = 10.0
_STOP_SECONDS = 12.0
_libc = ctypes.CDLL(None)


@dataclass(frozen=True, slots=True)
class Command:
    """One process: its name in the output, what to execute, and how to ask it to end."""

    name: str
    arguments: tuple[str, ...]
    stop_signal: signal.Signals = signal.SIGTERM


@dataclass(slots=True)
class _Child:
    command: Command
    colour: str
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = _FIRST_PAUSE_SECONDS
    start_at: float = 0.0


def _die_with_parent() -> None:
    # In the child, before exec: the kernel ends it when the supervisor is gone, even by kill -9.
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class Supervisor:
    """Runs commands until told to stop; they are stopped in the order in which they were given."""

    def __init__(self, commands: Sequence[Command], pids: Path) -> None:
        colours = get_colours()
        self._children = [_Child(command, next(colours)) for command in commands]
        self._printer = Printer(sys.stdout, width=max(len(command.name) for command in commands))
        self._printing = threading.Lock()
        self._pids = pids
        self._stop = threading.Event()

    def say(self, text: str) -> None:
        """Print a line of the supervisor's own."""
        self._print("zato", "", text.encode())

    def stop(self, *_: object) -> None:
        """Ask `run` to end everything. Safe to call from a signal handler."""
        self._stop.set()

    def run(self, each_round: Callable[[], None]) -> None:
        """Start everything and keep it running. `each_round` is called ten times a second."""
        try:
            while not self._stop.is_set():
                for child in self._children:
                    self._look_after(child)
                each_round()
                self._stop.wait(0.1)
        finally:
            self._end_all()

    def _look_after(self, child: _Child) -> None:
        now = time.monotonic()
        if child.process is not None:
            code = child.process.poll()
            if code is None:
                return
            child.process = None
            if now - child.started > _STEADY_SECONDS:
                child.pause = _FIRST_PAUSE_SECONDS
            child.start_at = now + child.pause
            self._print(child.command.name, child.colour, f"ended ({_ending(code)}), starting it again".encode())
            child.pause = min(child.pause * 2, _LONGEST_PAUSE_SECONDS)
        if now >= child.start_at:
            self._start(child)

    def _start(self, child: _Child) -> None:
        child.started = time.monotonic()
        child.process = subprocess.Popen(
            child.command.arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is the supervisor's alone
            preexec_fn=_die_with_parent,  # noqa: PLW1509 only prctl is called
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        threading.Thread(target=self._show, args=(child, child.process), daemon=True).start()
        self._write_pids()

    def _show(self, child: _Child, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self._print(child.command.name, child.colour, line)

    def _print(self, name: str, colour: str, line: bytes) -> None:
        with self._printing:
            self._printer.write(Message(type="line", data=line, time=datetime.now(), name=name, colour=colour))

    def _write_pids(self) -> None:
        lines = [f"{child.command.name} {child.process.pid}\n" for child in self._children if child.process is not None]
        self._pids.write_text("".join(lines), encoding="utf-8")

    def _end_all(self) -> None:
        deadline = time.monotonic() + _STOP_SECONDS
        for child in self._children:
            if child.process is not None and child.process.poll() is None:
                child.process.send_signal(child.command.stop_signal)
                # The balancer and the edge go first: no request comes in while the servers finish what they have.
                if child.command.stop_signal is not signal.SIGTERM:
                    _wait(child.process, time.monotonic() + 2.0)
        for child in self._children:
            if child.process is not None and not _wait(child.process, deadline):
                os.killpg(child.process.pid, signal.SIGKILL)
                child.process.wait()
        self._pids.unlink(missing_ok=True)


def _wait(process: subprocess.Popen[bytes], deadline: float) -> bool:
    try:
        process.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        return False
    return True


def _ending(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
