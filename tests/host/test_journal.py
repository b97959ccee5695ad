"""Entries for systemd's journal, as its native protocol has them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from zato.host import journal
from zato.host.journal import Journal


def fields(entry: bytes) -> dict[str, str]:
    """The protocol read back, by its specification."""
    found = {}
    while entry:
        line, _, entry = entry.partition(b"\n")
        name, is_short, value = line.partition(b"=")
        if not is_short:
            size = int.from_bytes(entry[:8], "little")
            value, entry = entry[8 : 8 + size], entry[9 + size :]
        found[name.decode()] = value.decode()
    return found


def test_each_field_of_a_line_is_one_of_the_entry_and_none_takes_the_place_of_another() -> None:
    entry = journal.encode("Ordered cid=c1", "server-1", "warning", {"cid": "c1", "order-nr": 7, "_uid": "0"})
    assert fields(entry) == {
        "MESSAGE": "Ordered cid=c1",
        "PRIORITY": "4",
        "SYSLOG_IDENTIFIER": "zato-server-1",
        "ZATO_CID": "c1",
        "ZATO_ORDER_NR": "7",
        "ZATO__UID": "0",
    }


def test_what_a_caller_sent_adds_no_field() -> None:
    entry = journal.encode("x\nMESSAGE=y\n_UID=0", "server-1", "info", {"path": "a\nPRIORITY=0\n\udcff"})
    assert fields(entry) == {
        "MESSAGE": "x\nMESSAGE=y\n_UID=0",
        "PRIORITY": "6",
        "SYSLOG_IDENTIFIER": "zato-server-1",
        "ZATO_PATH": "a\nPRIORITY=0\n\\udcff",
    }


def test_what_is_too_long_is_cut_and_arrives() -> None:
    with tempfile.TemporaryDirectory() as directory, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        path = str(Path(directory) / "journal")
        receiver.bind(path)
        Journal(path).send(journal.encode("x" * 10_000_000, "server-1", "error", {"value": "y" * 10_000_000}))
        entry = receiver.recv(1_000_000)
    assert 100_000 < len(entry) < 120_000


def test_a_journal_that_is_away_is_nobodys_error() -> None:
    Journal("/nowhere/journal").send(b"MESSAGE=x\n")


def test_the_journal_is_used_only_where_standard_error_is_connected_to_it(tmp_path: Path) -> None:
    program = "from zato.host import journal; print(journal.is_where_errors_go())"
    with (tmp_path / "stderr").open("wb") as errors:
        found = os.fstat(errors.fileno())
        for stream, expected in ((f"{found.st_dev}:{found.st_ino}", "True"), ("1:2", "False"), ("", "False")):
            environment = {**os.environ, "JOURNAL_STREAM": stream}
            command = [sys.executable, "-c", program]
            done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=errors, check=True)
            assert done.stdout.decode().strip() == expected
