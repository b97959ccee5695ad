"""Programs that may do what a lesser user wants: as whom, with what, for how long."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from support.terminals import on_a_terminal
from support.waiting import LATE_SECONDS
from zato.host import children, identity
from zato.host.children import Account

NOBODY = Account(65534, 65534)


def shell(script: str, *, seconds: float = 20.0, alone: bool = False) -> str:
    done = children.run(["sh", "-c", script], account=NOBODY, seconds=seconds, without_children=alone)
    return (done.output + done.errors).decode()


def test_they_are_the_users_and_cannot_become_anybody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", "secret")
    assert shell("id -u; id -g; id -G").split() == ["65534", "65534", "65534"]
    assert "NoNewPrivs:\t1" in shell("grep NoNewPrivs /proc/self/status")
    assert "secret" not in shell("env")


def test_what_they_read_is_a_plain_file_and_a_fifo_holds_nobody_up(tmp_path: Path) -> None:
    plain, fifo, link = tmp_path / "plain", tmp_path / "fifo", tmp_path / "link"
    plain.write_bytes(b"given")
    os.mkfifo(fifo)
    link.symlink_to(plain)
    assert children.run(["cat"], account=None, seconds=20, input=plain).output == b"given"
    timer = threading.Timer(5.0, lambda: os.close(os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)))  # ends what hangs
    timer.start()
    try:
        for other in (fifo, link):
            with pytest.raises(OSError, match=str(other)):
                children.run(["cat"], account=None, seconds=20, input=other)
    finally:
        timer.cancel()


def test_they_read_what_is_given_and_no_terminal() -> None:
    assert children.run(["cat"], account=None, seconds=20, data=b"given").output == b"given"
    code = (
        "from zato.host import children\n"
        "done = children.run(['sh', '-c', 'exec 3</dev/tty'], account=None, seconds=20)\n"
        "print(done.code, done.errors.decode())"
    )
    said = on_a_terminal([sys.executable, "-c", code])
    assert said.startswith("2 ") and "/dev/tty" in said, said


def test_alone_they_start_nothing() -> None:
    assert shell("true; id -u") == "65534\n"
    assert "fork" in shell("true; id -u; echo gone on", alone=True)


def test_they_end_in_time_with_all_that_they_have_started() -> None:
    began = time.monotonic()
    with pytest.raises(subprocess.TimeoutExpired):
        shell("sleep 61.5 & wait", seconds=0.5)
    # One that has left the session keeps nobody waiting either
    assert shell("setsid sleep 20 & exit 0") == ""
    assert time.monotonic() - began < LATE_SECONDS
    left = subprocess.run(["pgrep", "-f", "sleep 61[.]5"], capture_output=True, check=False)
    assert left.stdout == b""


def test_what_they_say_has_an_end() -> None:
    done = children.run(["sh", "-c", "cat /dev/zero"], account=NOBODY, seconds=20)
    assert (done.code, len(done.output)) != (0, 0)
    assert len(done.output) <= children.OUTPUT_BYTES_MAX


def test_root_with_the_rights_of_somebody_else_reads_what_they_may_and_no_more(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("root's")
    with tempfile.TemporaryDirectory(prefix="zato-", dir="/var/tmp") as name:
        theirs = Path(name)
        (theirs / "link").symlink_to(secret)
        (theirs / "file").write_text("theirs")
        for path in (theirs, theirs / "file"):
            os.chown(path, 65534, 65534)
        with identity.as_owner_of(theirs):
            assert (theirs / "file").read_text() == "theirs"
            with pytest.raises(PermissionError):
                (theirs / "link").read_text()
            (theirs / "made").touch()
        assert ((theirs / "made").stat().st_uid, os.geteuid(), os.getegid()) == (65534, 0, 0)
        assert (theirs / "link").read_text() == "root's"
