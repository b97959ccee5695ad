"""The command line, without the time that it takes to start Python and to import it. tests/cli and tests/hosts start it
as users do."""

from __future__ import annotations

import functools
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from support.waiting import PATIENCE_SECONDS


def zato(
    *words: str,
    check: bool = True,
    input: str | None = None,
    environment: Mapping[str, str] | None = None,
    directory: Path | None = None,
) -> subprocess.CompletedProcess[str]:
    """A `zato` command in a process of its own, as subprocess.run would do it; `input` is its standard input."""
    request = {
        "words": words,
        "environment": {**(os.environ if environment is None else environment)},
        "directory": str(directory or Path.cwd()),
    }
    with _text_file() as given, _text_file() as output, _text_file() as errors:
        given.write(input or "")
        given.seek(0)
        told, tells = os.pipe()
        try:
            files = [given.fileno(), output.fileno(), errors.fileno(), tells]
            socket.send_fds(_server(), [json.dumps(request).encode()], files)
        finally:
            os.close(tells)
        with os.fdopen(told, encoding="ascii") as ends:
            code = _exit_code(ends, words)
        for file in (output, errors):
            file.seek(0)
        done = subprocess.CompletedProcess(words, code, output.read(), errors.read())
    assert code == 0 or not check, f"zato {' '.join(words)} ended with {code}:\n{done.stdout}{done.stderr}"
    return done


def _text_file() -> IO[str]:
    return TemporaryFile("w+", encoding="utf-8")


def _exit_code(ends: IO[str], words: tuple[str, ...]) -> int:
    pid = int(ends.readline())
    if not select.select([ends], [], [], PATIENCE_SECONDS)[0]:
        os.kill(pid, signal.SIGKILL)
        raise subprocess.TimeoutExpired(words, PATIENCE_SECONDS)
    return int(ends.readline())


@functools.cache
def _server() -> socket.socket:
    """Where to ask the process of this test run, which ends with it."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    program = Path(__file__).with_name("command_server.py")
    with its:
        command = [sys.executable, "-P", str(program), str(its.fileno())]
        subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=[its.fileno()])
    return ours
