"""A program that has imported the command line, and becomes it as often as it is asked to.

It is asked through the socket that is its argument's file descriptor: words, environment and directory of a command,
with the files that are its standard input, output and errors, and a pipe that gets its pid, then how it ended. Each
command is a process of its own, which ends as every Python does.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import socket
import sys

import click

from zato.cli.main import cli, main

REQUEST_BYTES_MAX = 1 << 20  # more than the kernel takes for one message
# What commands import where they need it
_LATER = ("zato.client.agents", "zato.client.api", "zato.client.balancer", "zato.odb.database", "zato.host.settings")


def next_command(asked: socket.socket) -> list[str]:
    """Returns in each process that is to be a command, with its words; ends the program when nobody asks any more."""
    while True:
        request, files, _, _ = socket.recv_fds(asked, REQUEST_BYTES_MAX, 4)
        if not request:
            sys.exit()
        keeper = os.fork()
        if keeper == 0:
            asked.close()
            return _command(json.loads(request), files)
        for file in files:
            os.close(file)
        os.waitpid(keeper, 0)


def _command(request: dict[str, object], files: list[int]) -> list[str]:
    told = files.pop()
    # One more process, so that several commands run beside one another
    if os.fork() != 0:
        os._exit(0)
    pid = os.fork()
    if pid != 0:
        os.write(told, f"{pid}\n".encode())
        _, status = os.waitpid(pid, 0)
        os.write(told, f"{os.waitstatus_to_exitcode(status)}\n".encode())
        os._exit(0)
    os.close(told)
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    words, environment, directory = request["words"], request["environment"], request["directory"]
    assert isinstance(words, list) and isinstance(environment, dict) and isinstance(directory, str)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(directory)
    return words


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.umask(0o022)
    every = click.Context(cli)
    for name in cli.list_commands(every):
        cli.get_command(every, name)
    for name in _LATER:
        importlib.import_module(name)
    gc.freeze()
    sys.argv = ["zato", *next_command(socket.socket(fileno=int(sys.argv[1])))]
    main()
