"""The command line, without the time that it takes to start Python and to import it. tests/cli and tests/hosts start it
as users do."""

from __future__ import annotations

import functools
import json
import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO

from support.waiting import PATIENCE_SECONDS

UMASK = 0o022


def zato(
    *words: str,
    check: bool = True,
    input: str | None = None,
    environment: Mapping[str, str] | None = None,
    directory: Path | None = None,
) -> subprocess.CompletedProcess[str]:
    """A `zato` command in a process of its own, as subprocess.run would do it; `input` is its standard input."""
    with _text_file() as given, _text_file() as output, _text_file() as errors:
        given.write(input or "")
        given.seek(0)
        request = {
            "words": words,
            "environment": {**(os.environ if environment is None else environment)},
            "directory": str(directory or Path.cwd()),
            "umask": UMASK,
            "files": [0, 1, 2],
        }
        code = _exit_code(request, [file.fileno() for file in (given, output, errors)], words)
        for file in (output, errors):
            file.seek(0)
        done = subprocess.CompletedProcess(words, code, output.read(), errors.read())
    assert code == 0 or not check, f"zato {' '.join(words)} ended with {code}:\n{done.stdout}{done.stderr}"
    return done


def program(directory: Path) -> None:
    """Put a `zato` there for shells, which starts as quickly."""
    directory.mkdir()
    client = Path(__file__).with_name("command_client.py")
    file = directory / "zato"
    file.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I -S "{client}" "{_address()}" "$@"\n')
    file.chmod(0o755)


def _text_file() -> IO[str]:
    return TemporaryFile("w+", encoding="utf-8")


def _exit_code(request: dict[str, object], files: list[int], words: tuple[str, ...]) -> int:
    """How it ended; when it takes too long, it is killed as nobody waits for it any more."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as asked:
        asked.settimeout(PATIENCE_SECONDS)
        asked.connect(_address())
        socket.send_fds(asked, [json.dumps(request).encode()], files)
        try:
            asked.recv(32)
            return int(asked.recv(32))
        except TimeoutError:
            raise subprocess.TimeoutExpired(words, PATIENCE_SECONDS) from None


def _address() -> str:
    """Where to ask the process of this test run, which ends with it."""
    return f"{_server().name}/socket"


@functools.cache
def _server() -> TemporaryDirectory[str]:
    directory = TemporaryDirectory(prefix="zato-commands-")
    lifeline, _ = os.pipe()  # its other end is closed when this process ends
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(f"{directory.name}/socket")
        listener.listen()
        program = Path(__file__).with_name("command_server.py")
        command = [sys.executable, "-P", str(program), str(listener.fileno()), str(lifeline)]
        subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=[listener.fileno(), lifeline])
    os.close(lifeline)
    return directory
