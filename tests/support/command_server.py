"""A program that has imported the command line, and becomes it as often as it is asked to.

It listens at the socket that is its first argument's file descriptor, and ends when the pipe of the second one is
closed. A connection is a command: words, environment, directory, umask and the numbers that its files are to have,
together with these files. What comes back is its pid, then how it ended. Each command is a process of its own, which
ends as every Python does, and is killed when whoever asked for it is gone.
"""

from __future__ import annotations

import contextlib
import fcntl
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
from typing import TextIO, cast

import click

from zato.cli.main import cli, main

REQUEST_BYTES_MAX = 1 << 20  # more than the kernel takes for one message
FILES_MAX = 253  # the kernel's
_BEYOND = 300  # no file of a command has such a number
# What commands import where they need it
_LATER = ("zato.client.agents", "zato.client.api", "zato.client.balancer", "zato.odb.database", "zato.host.settings")


def next_command(listener: socket.socket, lifeline: int) -> list[str]:
    """Returns in each process that is to be a command, with its words; ends the program when nobody can ask."""
    while True:
        if lifeline in _readable(listener, lifeline):
            sys.exit()
        asked, _ = listener.accept()
        keeper = os.fork()
        if keeper == 0:
            listener.close()
            os.close(lifeline)
            return _command(asked)
        asked.close()
        os.waitpid(keeper, 0)


def _readable(*what: int | socket.socket) -> list[int | socket.socket]:
    return select.select(what, [], [])[0]


def _command(asked: socket.socket) -> list[str]:
    request, files, _, _ = socket.recv_fds(asked, REQUEST_BYTES_MAX, FILES_MAX)
    # One more process, so that several commands run beside one another
    if not request or os.fork() != 0:
        os._exit(0)
    pid = os.fork()
    if pid != 0:
        _keep(asked, pid, files)
    asked.close()
    return _become(json.loads(request), files)


def _keep(asked: socket.socket, pid: int, files: list[int]) -> None:
    for file in files:
        os.close(file)
    with contextlib.suppress(BrokenPipeError):  # nobody waits for it any more
        asked.send(str(pid).encode())
    ended = os.pidfd_open(pid)
    if ended not in _readable(ended, asked):
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    with contextlib.suppress(BrokenPipeError):
        asked.send(str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def _become(request: dict[str, object], files: list[int]) -> list[str]:
    words, numbers, umask = request["words"], request["files"], request["umask"]
    environment, directory = request["environment"], request["directory"]
    assert isinstance(words, list) and isinstance(numbers, list) and isinstance(umask, int)
    assert isinstance(environment, dict) and isinstance(directory, str)
    beyond = [fcntl.fcntl(file, fcntl.F_DUPFD_CLOEXEC, _BEYOND) for file in files]
    for file in files:
        os.close(file)
    for number, file in zip(numbers, beyond, strict=True):
        os.dup2(file, number)
        os.close(file)
    # What Python knows of the files that it began with does not hold for these
    sys.stdin, sys.stdout, sys.stderr = _opened(sys.stdin, "r"), _opened(sys.stdout, "w"), _opened(sys.stderr, "w")
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(directory)
    os.umask(umask)
    return words


def _opened(stream: TextIO, mode: str) -> TextIO:
    number = stream.fileno()
    buffering = 1 if os.isatty(number) or number == 2 else -1
    return cast(TextIO, open(number, mode, buffering, stream.encoding, stream.errors, closefd=False))


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    every = click.Context(cli)
    for name in cli.list_commands(every):
        cli.get_command(every, name)
    for name in _LATER:
        importlib.import_module(name)
    gc.freeze()
    sys.argv = ["zato", *next_command(socket.socket(fileno=int(sys.argv[1])), int(sys.argv[2]))]
    main()
