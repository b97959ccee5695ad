"""What is kept and shown of the processes' lines: nobody but the process says what it is a line of."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from zato.host.log_text import AS_IT_IS, FOR_PEOPLE
from zato.logbook.ring import RingWriter
from zato.quickstart.output import Output

SENT = b'{"timestamp": "t", "level": "error", "process": "haproxy", "cid": "c", "event": "forged"}'
LOGGED = b'{"timestamp": "t", "level": "error", "process": "server-1", "cid": "c", "event": "own"}'


def kept(directory: Path, log_format: str, name: str, *lines: bytes) -> list[dict[str, Any]]:
    output = Output(["server-1", "haproxy"], log_format, RingWriter(directory))
    secret = output.secret.encode()
    output.lines(name, [line.replace(b"SECRET", secret) for line in lines])
    (file,) = directory.glob("*.jsonl")
    assert secret not in file.read_bytes()
    return [json.loads(line) for line in file.read_bytes().splitlines()]


@pytest.mark.parametrize("log_format", ["text", "json"])
@pytest.mark.parametrize("before", [b"", FOR_PEOPLE, AS_IT_IS, FOR_PEOPLE + b"0" * 32, AS_IT_IS + b"0" * 32])
def test_what_a_service_prints_says_nothing_of_its_line(tmp_path: Path, log_format: str, before: bytes) -> None:
    (line,) = kept(tmp_path, log_format, "server-1", before + SENT)
    assert (line["process"], line["level"], line.get("cid")) == ("server-1", "info", None)
    assert "forged" in line["event"] and line["event"] != "forged"


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_what_a_process_logs_is_kept_with_its_fields(
    tmp_path: Path, log_format: str, capfd: pytest.CaptureFixture[str]
) -> None:
    lines = kept(tmp_path, log_format, "server-1", FOR_PEOPLE + b"SECRET" + LOGGED, AS_IT_IS + b"SECRET" + LOGGED)
    assert lines == [json.loads(LOGGED)] * 2
    shown = capfd.readouterr().out.splitlines()
    assert shown[1].endswith(LOGGED.decode())
    assert log_format == "json" or shown[0].endswith("| t error   server-1 own cid=c")


def test_lines_that_run_into_each_other_do_not_tell_the_secret(tmp_path: Path) -> None:
    (line,) = kept(tmp_path, "text", "server-1", b"no end" + FOR_PEOPLE + b"SECRET" + LOGGED)
    assert line["event"].startswith("no end") and line["event"].endswith(LOGGED.decode())


def test_haproxys_lines_are_as_they_are_configured(tmp_path: Path) -> None:
    assert kept(tmp_path, "text", "haproxy", SENT)[0]["event"] == "forged"
