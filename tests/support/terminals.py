"""Programs that have a terminal."""

from __future__ import annotations

import os
import pty
import select
import signal
import time
from collections.abc import Sequence

SECONDS = 60.0


def on_a_terminal(command: Sequence[str], answers: Sequence[str] = ()) -> str:
    """What the terminal has shown by the time when the program ends, of which it is the controlling one.

    Whenever the program asks something, one of the `answers` is typed.
    """
    left = list(answers)
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvp(command[0], list(command))
    shown = b""
    deadline = time.monotonic() + SECONDS
    try:
        while time.monotonic() < deadline:
            ready, _, _ = select.select([terminal], [], [], 1.0)
            if ready:
                try:
                    shown += os.read(terminal, 65536)
                except OSError:  # nobody has it open any more
                    break
                if left and shown.endswith(b": "):
                    os.write(terminal, f"{left.pop(0)}\n".encode())
        else:
            os.kill(pid, signal.SIGKILL)
    finally:
        os.close(terminal)
        os.waitpid(pid, 0)
    return shown.decode(errors="backslashreplace")
