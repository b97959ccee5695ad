"""What HAProxy answers at its Runtime API, as far as it ends."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from support.waiting import LATE_SECONDS, PATIENCE_SECONDS
from zato.agent.haproxy.running import RunningHaproxy, Seen, Worker
from zato.agent.haproxy.runtime_api import RuntimeApi
from zato.agent.haproxy.runtime_plan import FoundServer
from zato.config.balancing import Mode
from zato.core.errors import Unavailable


@pytest.fixture
def endless() -> Iterator[Path]:
    """A HAProxy that was taken over, and answers without an end."""
    with TemporaryDirectory(prefix="zato-") as directory, socket.socket(socket.AF_UNIX) as listening:
        path = Path(directory) / "admin.sock"
        listening.bind(str(path))
        listening.listen()

        def answer() -> None:
            connection, _ = listening.accept()
            with connection, contextlib.suppress(OSError):
                while True:
                    connection.sendall(b"x" * 65536)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield path
        thread.join(PATIENCE_SECONDS)


STATE = """1
# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_port
4 servers 1 server-1 127.0.0.1 2 8 50 11224
"""
DRAINING = FoundServer("127.0.0.1", 11224, Mode.DRAIN, 50)


@pytest.mark.parametrize(
    ("state", "servers"), [(STATE, {"server-1": DRAINING}), ("Can't find backend.\n", None), ("", None)]
)
def test_one_question_is_enough_to_know_the_worker_and_its_servers(
    state: str, servers: dict[str, FoundServer] | None
) -> None:
    asked = []
    with TemporaryDirectory(prefix="zato-") as directory, socket.socket(socket.AF_UNIX) as listening:
        path = Path(directory) / "admin.sock"
        listening.bind(str(path))
        listening.listen()

        def answer() -> None:
            connection, _ = listening.accept()
            with connection:
                asked.append(connection.recv(1000).decode())
                connection.sendall(f"Pid: 7\nUptime_sec: 9\ndescription: frame\n\n{state}\n".encode())

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        seen = RunningHaproxy(Path(directory) / "none", path).look()
        thread.join(PATIENCE_SECONDS)
    assert seen == Seen(Worker(7, "frame", 9), servers)
    assert asked == ["show info;show servers state servers\n"]


@pytest.mark.parametrize(("seconds", "bytes_max"), [(20.0, 1_000_000), (0.1, 1 << 40)])
def test_an_answer_without_an_end_is_none(endless: Path, seconds: float, bytes_max: int) -> None:
    began = time.monotonic()
    with pytest.raises(Unavailable, match="its answer has no end"):
        RuntimeApi(endless, seconds=seconds, bytes_max=bytes_max).ask("show stat")
    assert time.monotonic() - began < LATE_SECONDS
