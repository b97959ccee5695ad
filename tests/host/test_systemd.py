"""What systemd is told, as it gets it."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from zato.core.clock import SystemClock
from zato.host.systemd import notify
from zato.host.watchdog import Watchdog


@pytest.mark.parametrize("is_abstract", [False, True], ids=["file", "abstract"])
def test_systemd_gets_words_and_descriptors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_abstract: bool) -> None:
    path = f"@zato-test-{os.getpid()}" if is_abstract else str(tmp_path / "notify")
    monkeypatch.setenv("NOTIFY_SOCKET", path)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd, (tmp_path / "kept").open("w") as kept:
        systemd.bind(f"\0{path[1:]}" if is_abstract else path)
        systemd.settimeout(5)
        Watchdog(SystemClock()).ready()
        words, descriptors, _, _ = socket.recv_fds(systemd, 1000, 4)
        assert (words, list(descriptors)) == (b"READY=1", [])
        notify("FDSTORE=1\nFDNAME=edge", kept.fileno())
        words, descriptors, _, _ = socket.recv_fds(systemd, 1000, 4)
        assert words == b"FDSTORE=1\nFDNAME=edge"
        [descriptor] = descriptors
        assert os.fstat(descriptor) == os.fstat(kept.fileno())
        os.close(descriptor)


def test_without_systemd_nobody_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notify("READY=1")


def test_a_process_works_on_where_systemd_does_not_listen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "gone"))
    Watchdog(SystemClock()).ready()
    with pytest.raises(OSError, match="No such file"):
        notify("FDSTORE=1")
