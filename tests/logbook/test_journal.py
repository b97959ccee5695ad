"""What journalctl is asked, and lines from what it answers."""

from __future__ import annotations

import io
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from zato.core.errors import InvalidInput, Unavailable
from zato.logbook import client
from zato.logbook.client import LogClient
from zato.logbook.journal import JournalReader
from zato.logbook.query import Query

CID = "0af7651916cd43dd8448eb211c80319c"
SERVER = "zato-server@2.service"
Ask = Callable[..., JournalReader]


def entry(number: int, message: str, unit: str = SERVER, **fields: Any) -> dict[str, Any]:
    at = 1_796_000_000_000_000 + number * 1_000_000
    return {"__CURSOR": f"s=a;i={number:x}", "__REALTIME_TIMESTAMP": str(at), "MESSAGE": message, "PRIORITY": "6",
            "_SYSTEMD_UNIT": unit, **fields}  # fmt: skip


class Journalctl:
    """Says what it is told to, whatever it is asked."""

    def __init__(self, *entries: dict[str, Any], said: str = "", code: int = 0, seconds: float = 0) -> None:
        self.asked: list[list[str]] = []
        lines = "".join(json.dumps(each) + "\n" for each in entries)
        self._program = (
            f"import sys, time; sys.stdout.write({lines!r}); sys.stdout.flush(); sys.stderr.write({said!r}); "
            f"time.sleep({seconds}); sys.exit({code})"
        )

    def __call__(self, options: list[str]) -> subprocess.Popen[bytes]:
        self.asked.append(options)
        command = [sys.executable, "-I", "-c", self._program]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_fields_of_an_entry_stand_in_the_line_once() -> None:
    message = (
        'Service raised an exception path="/a b" cid='
        + CID
        + "\n    Traceback (most recent call last):\n    ValueError"
    )
    fields = {"ZATO_CID": CID, "ZATO_PATH": "/a b", "ZATO_SERVICE": "orders.new"}
    told = entry(1, message, PRIORITY="3", **fields)
    (line,) = JournalReader(start=Journalctl(told)).older(Query(), None, 10).lines
    assert (line.process, line.level, line.cid, line.service) == ("server-2", "error", CID, "orders.new")
    assert (line.message, line.fields) == ("Service raised an exception", {"path": "/a b"})
    assert line.exception == "Traceback (most recent call last):\nValueError"
    assert line.at == "2026-11-30T00:53:21.000Z"


def test_haproxy_and_lighttpd_say_json_of_their_own() -> None:
    request = {"level": "info", "event": "request", "cid": CID, "status": 200, "process": "other"}
    entries = (
        entry(2, "2026-11-30 13:00:00: (mod_magnet.c.1) (lua-print) " + json.dumps(request), "zato-lighttpd@1.service"),
        entry(1, json.dumps({**request, "timestamp": "2026-11-30T12:00:00.123Z"}), "zato-haproxy.service"),
    )
    lines = JournalReader(start=Journalctl(*entries)).older(Query(cid=CID), None, 10).lines
    assert [(line.process, line.message, line.fields) for line in lines] == [
        ("haproxy", "request", {"status": "200"}),
        ("lighttpd-1", "request", {"status": "200"}),
    ]
    assert lines[0].at == "2026-11-30T12:00:00.123Z"


def test_nobody_says_of_themselves_which_process_they_are() -> None:
    told = entry(1, "x", "zato-listener@1.service", SYSLOG_IDENTIFIER="zato-server-9", ZATO_PROCESS="server-9")
    (line,) = JournalReader(start=Journalctl(told)).older(Query(), None, 10).lines
    assert line.process == "listener-1"


def test_text_that_is_no_text_is_shown_and_several_values_are_one() -> None:
    told = entry(1, "x", ZATO_A=[104, 255, 105], ZATO_B=["one", "two"], ZATO_C=None)
    (line,) = JournalReader(start=Journalctl({**told, "MESSAGE": [120, 254]})).older(Query(), None, 10).lines
    assert (line.message, line.fields) == ("x\\xfe", {"a": "h\\xffi", "b": "two"})


def test_only_units_of_zatos_are_asked_for_whatever_else_is() -> None:
    journalctl = Journalctl()
    reader = JournalReader(start=journalctl)
    reader.older(Query(cid=CID, service="x; --unit=ssh", level="warning", process="ssh"), None, 10)
    reader.older(Query(text="--directory=/x"), None, 10)
    reader.newer(Query(), "s=a;i=1", 10)
    for asked in journalctl.asked:
        units = [option for option in asked if option.startswith("--unit=")]
        assert units == ["--unit=zato-*.service", "--unit=zato-*.socket", "--unit=zato-*.timer", "--unit=zato.target"]
        assert all(option.startswith(("--", "ZATO_SERVICE=")) for option in asked)
    assert "ZATO_SERVICE=x; --unit=ssh" in journalctl.asked[1]
    assert "--grep=\\-\\-directory=/x" in journalctl.asked[3]


@pytest.mark.parametrize("place", ["--directory=/x", "s=a;i=1 --unit=ssh", "s=a\n", "", "S=a", "1.2"])
def test_a_place_that_nobody_was_told_does_not_reach_journalctl(place: str) -> None:
    journalctl = Journalctl()
    with pytest.raises(InvalidInput):
        JournalReader(start=journalctl).newer(Query(), place, 10)
    with pytest.raises(InvalidInput):
        JournalReader(start=journalctl).older(Query(), place, 10)
    assert journalctl.asked == []


def test_pages_say_where_they_begin_and_end() -> None:
    reader = JournalReader(start=Journalctl(*(entry(number, f"line {number}") for number in (5, 4, 3))))
    page = reader.older(Query(), None, 2)
    assert [line.message for line in page.lines] == ["line 4", "line 5"]
    assert (page.before, page.after) == ("s=a;i=4", "s=a;i=5")
    page = reader.older(Query(), "s=a;i=9", 10)
    assert (len(page.lines), page.before, page.after) == (3, None, "s=a;i=9")
    page = reader.newer(Query(), "s=a;i=2", 2)
    assert (len(page.lines), page.after) == (2, "s=a;i=4")


def test_what_is_older_than_was_asked_for_ends_the_search() -> None:
    reader = JournalReader(start=Journalctl(*(entry(number, f"line {number}") for number in (5, 4, 3))))
    page = reader.older(Query(since=datetime.fromtimestamp(1_796_000_004, UTC)), "s=a;i=6", 10)
    assert ([line.message for line in page.lines], page.before) == (["line 4", "line 5"], None)


def test_a_search_that_takes_too_long_goes_on_with_the_next_page_or_says_so() -> None:
    found = JournalReader(start=Journalctl(entry(5, "x"), seconds=60), seconds=0.5).older(Query(), "s=a;i=9", 10)
    assert (len(found.lines), found.before) == (1, "s=a;i=5")
    with pytest.raises(Unavailable) as raised:
        JournalReader(start=Journalctl(seconds=60), seconds=0.2).older(Query(cid=CID), "s=a;i=9", 10)
    assert raised.value.code == "log-too-long"


def test_a_journal_that_is_not_to_be_read_is_an_error_and_an_empty_one_is_not() -> None:
    assert (
        JournalReader(start=Journalctl(said="Failed: No data available", code=1)).older(Query(), None, 10).lines == []
    )
    with pytest.raises(Unavailable, match="Permission denied"):
        JournalReader(start=Journalctl(said="Permission denied", code=1)).older(Query(), None, 10)


def test_it_answers_questions_and_nothing_else() -> None:
    def asked(question: bytes) -> dict[str, Any]:
        said = io.BytesIO()
        client.answer(JournalReader(start=Journalctl(entry(1, "x"))), io.BytesIO(question), said)
        found: dict[str, Any] = json.loads(said.getvalue())
        return found

    question: dict[str, object] = {"direction": "older", "query": {}, "place": None, "lines_max": 10}
    assert [line["message"] for line in asked(json.dumps(question).encode())["page"]["lines"]] == ["x"]
    wrong = (b"", b"{}", b"x" * 100_000, json.dumps({**question, "lines_max": 10**9}).encode(),
             json.dumps({**question, "query": {"service": "a\0b"}}).encode(),
             json.dumps({**question, "query": {"service": "a\n"}}).encode(),
             json.dumps({**question, "place": "--file=/etc/shadow"}).encode())  # fmt: skip
    for each in wrong:
        assert asked(each)["raised"] == "InvalidInput"


def test_who_comes_when_all_readers_are_busy_is_told_to_come_again(tmp_path: Path) -> None:
    path = tmp_path / "read.sock"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()

        def close_at_once() -> None:
            listening.accept()[0].close()

        thread = threading.Thread(target=close_at_once)
        thread.start()
        with pytest.raises(Unavailable) as busy:
            LogClient(path).older(Query(), None, 10)
        thread.join()
    assert (busy.value.code, busy.value.retry_after_seconds) == ("log-busy", 1)
    with pytest.raises(Unavailable) as gone:
        LogClient(path).older(Query(), None, 10)
    assert gone.value.code == "no-log"


@pytest.mark.parametrize("before", ["", "2026-11-30 13:00:00: (mod_magnet.c.1) (lua-print) "])
def test_what_a_client_has_sent_says_nothing_of_a_line(before: str) -> None:
    sent = before + json.dumps({"level": "debug", "event": "all is well", "cid": CID, "service": "other"})
    for unit in (SERVER, "zato-listener@1.service", "zato-lighttpd-agent@1.service"):
        told = entry(1, sent, unit, PRIORITY="4")
        (line,) = JournalReader(start=Journalctl(told)).older(Query(), None, 10).lines
        assert (line.message, line.level, line.cid, line.service) == (sent, "warning", None, None)
