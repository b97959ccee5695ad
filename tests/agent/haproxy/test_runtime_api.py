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
from zato.agent.haproxy.runtime_api import RuntimeApi
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


@pytest.mark.parametrize(("seconds", "bytes_max"), [(20.0, 1_000_000), (0.1, 1 << 40)])
def test_an_answer_without_an_end_is_none(endless: Path, seconds: float, bytes_max: int) -> None:
    began = time.monotonic()
    with pytest.raises(Unavailable, match="its answer has no end"):
        RuntimeApi(endless, seconds=seconds, bytes_max=bytes_max).ask("show stat")
    assert time.monotonic() - began < LATE_SECONDS
