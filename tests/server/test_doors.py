"""The sockets of a server: whose they are, and that one of a killed server is not in the way."""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path

from zato.server.doors import open_door


def test_a_door_takes_the_group_of_its_directory_and_is_closed_to_all_others(tmp_path: Path) -> None:
    group = os.getgid() + 1000 if os.geteuid() == 0 else os.getgid()
    os.chown(tmp_path, -1, group)
    tmp_path.chmod(0o2750)
    descriptor = open_door(tmp_path / "http.sock", 16)
    try:
        found = (tmp_path / "http.sock").stat()
        assert (found.st_gid, stat.S_IMODE(found.st_mode)) == (group, 0o770)
    finally:
        os.close(descriptor)


def test_a_door_that_a_killed_server_left_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "http.sock"
    os.close(open_door(path, 16))
    descriptor = open_door(path, 16)
    with socket.socket(fileno=descriptor), socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))


def test_connections_wait_from_its_first_moment(tmp_path: Path) -> None:
    path = tmp_path / "http.sock"
    descriptor = open_door(path, 16)
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(path))
    finally:
        os.close(descriptor)
