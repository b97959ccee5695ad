"""Lines for people, and those that a supervisor shows for its processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from zato.host.log_text import AS_IT_IS, FOR_PEOPLE, SUPERVISED, as_text
from zato.host.logs import configure  # noqa: F401 - what is run below
from zato.quickstart.output import _for_people

PROGRAM = """
from zato.host import logs
logs.configure({format!r}, "info", "server-1")
logs.correlate("c1")
try: 1/0
except Exception: logs.get_logger().exception('bad', path='/a')
"""


def run(log_format: str, **environment: str) -> bytes:
    program = PROGRAM.format(format=log_format)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, env={**os.environ, **environment}
    )
    return done.stderr


def test_each_line_of_a_traceback_says_whose_it_is_and_of_which_request() -> None:
    first, *trace = run("text").decode().splitlines()
    assert first.endswith("error   server-1 bad path=/a cid=c1")
    head = first.partition(" bad")[0]
    assert all(line.startswith(f"{head} cid=c1 | ") for line in trace)
    assert trace[0].endswith("| Traceback (most recent call last):")
    assert trace[-1].endswith("| ZeroDivisionError: division by zero")


def test_a_line_within_a_traceback_begins_no_other_line() -> None:
    event = {"timestamp": "t", "level": "error", "process": "p", "event": "e", "exception": "a\x1b[31m\u2028b\x85c\nd"}
    lines = as_text(event).splitlines()
    assert len(lines) == 1 + len("a\u2028b\x85c\nd".splitlines())
    assert all(line.startswith("t error   p") for line in lines)
    assert "\x1b" not in "".join(lines)


def test_a_supervisor_gets_fields_and_shows_the_same_text() -> None:
    supervised = run("text", **{SUPERVISED: "s3"})
    assert supervised.startswith(FOR_PEOPLE + b"s3{") and supervised.count(b"\n") == 1
    told = json.loads(supervised[3:])
    assert (told["event"], told["cid"], told["path"]) == ("bad", "c1", "/a")
    shown = [line.decode().partition("Z ")[2] for line in _for_people(supervised[3:].rstrip(b"\n"))]
    assert shown == [line.partition("Z ")[2] for line in run("text").decode().splitlines()]


def test_json_stays_json_under_a_supervisor() -> None:
    line = run("json", **{SUPERVISED: "s3"})
    assert line.startswith(AS_IT_IS + b"s3{")
    assert json.loads(line[3:])["event"] == "bad"
    assert json.loads(run("json"))["event"] == "bad"


def test_half_a_line_is_shown_as_it_is() -> None:
    assert _for_people(b'{"event": "x') == [b'{"event": "x']


def test_the_name_of_a_field_does_nothing_to_a_terminal() -> None:
    line = as_text({"timestamp": "t", "level": "info", "process": "p", "event": "e", "\x1b]0;x\x07\n": "v"})
    assert line.isprintable()
