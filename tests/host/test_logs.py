"""Log lines of both libraries come out in one format, one line each."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

PROGRAM = """
import logging
from zato.host import logs
logs.configure({format!r}, "info", "server-1")
logs.correlate("c1")
{body}
"""


def run(log_format: str, body: str) -> list[str]:
    program = PROGRAM.format(format=log_format, body=body)
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return result.stderr.splitlines()


def run_json(body: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run("json", body)]


@pytest.mark.parametrize("logger", ["logs.get_logger('a')", "logging.getLogger('a')"])
def test_the_level_changes_for_loggers_that_are_in_use_already(logger: str) -> None:
    body = f"logger = {logger}; logger.debug('a'); logs.set_level('debug'); logger.debug('b'); "
    lines = run_json(body + "logs.set_level('error'); logger.warning('c'); logger.error('d')")
    assert [line["event"] for line in lines] == ["b", "d"]


@pytest.mark.parametrize(
    "body",
    ["logs.get_logger('a').info('hello', n=1)", "logging.getLogger('a').info('hello')"],
    ids=["structlog", "stdlib"],
)
def test_every_line_has_time_level_process_and_correlation_id(body: str) -> None:
    (line,) = run_json(body)
    assert line["level"] == "info"
    assert line["process"] == "server-1"
    assert line["component"] == "a"
    assert line["event"] == "hello"
    assert line["cid"] == "c1"
    assert line["timestamp"].endswith("Z")


def test_fields_are_shown_as_pairs_in_text() -> None:
    (line,) = run("text", "logs.get_logger().info('Request done', path='/a b', status=200, empty='')")
    assert line.endswith('server-1 Request done path="/a b" status=200 empty="" cid=c1')


@pytest.mark.parametrize("newline", ["\\n", "\\r\\n", "\\u2028", "\\x85", "\\x1b[31m"])
@pytest.mark.parametrize("log_format", ["text", "json"])
def test_nobody_can_make_a_second_line(log_format: str, newline: str) -> None:
    body = f"logs.get_logger().info('a{newline}b', key='c{newline}d'); logging.warning('e{newline}f')"
    lines = run(log_format, body)
    assert len(lines) == 2
    assert "\x1b" not in "".join(lines)


def test_lines_below_the_level_are_left_out() -> None:
    assert run("text", "logs.get_logger().debug('x'); logging.debug('y')") == []


def test_an_exception_comes_with_its_traceback() -> None:
    body = "try: 1/0\nexcept Exception: logs.get_logger().exception('bad'); logging.exception('worse')"
    first, second = run_json(body)
    for line in (first, second):
        assert line["level"] == "error"
        assert "ZeroDivisionError: division by zero" in line["exception"]


def test_a_closed_standard_error_does_not_break_the_caller() -> None:
    assert run("text", "import os; os.close(2); logs.get_logger().info('x'); logging.info('y')") == []
