"""`zato` for a shell: has support.command_server become the command, with this process's files, environment and place.

Its argument is where that one listens. It imports next to nothing, as it is to start at once.
"""

import json
import os
import signal
import socket
import sys
from types import FrameType


def _files() -> list[int]:
    found = []
    for number in map(int, os.listdir("/proc/self/fd")):  # noqa: PTH208 (pathlib takes longer than all else here)
        try:
            os.fstat(number)
        except OSError:  # the one that the list was read by
            continue
        found.append(number)
    return found


def run(address: str, words: list[str]) -> int:
    """How the command ends: its exit status, or the number of a signal below zero. It gets this process's signals."""
    files = _files()
    umask = os.umask(0)
    request = {
        "words": words,
        "environment": {**os.environ},
        "directory": os.getcwd(),  # noqa: PTH109
        "umask": umask,
        "files": files,
    }
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as asked:
        asked.connect(address)
        socket.send_fds(asked, [json.dumps(request).encode()], files)
        pid = int(asked.recv(32))

        def hand_on(number: int, frame: FrameType | None) -> None:
            signal.signal(number, signal.SIG_IGN)  # timeout(1) sends it twice
            os.kill(pid, number)

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, hand_on)
        return int(asked.recv(32))


if __name__ == "__main__":
    status = run(sys.argv[1], sys.argv[2:])
    if status < 0:
        signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    sys.exit(status)
