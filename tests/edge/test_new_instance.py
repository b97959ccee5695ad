"""A new instance of lighttpd waits for the old one, which its signal would end with its connections otherwise."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.waiting import until
from zato.host.templates import read_file

# Of turns of a tenth of a second
WHOLE_SECONDS = 1.0


def seconds(previous: int | None) -> float:
    """What the line of its configuration takes, where the old instance is the process `previous`."""
    found = re.search(r'^include_shell "(.*)"$', read_file("lighttpd", "new-instance.conf.j2").decode(), re.M)
    assert found is not None
    environment = {"PATH": os.environ["PATH"]} | ({} if previous is None else {"LIGHTTPD_PREV_GEN": str(previous)})
    began = time.monotonic()
    result = subprocess.run(["/bin/sh", "-c", found[1]], env=environment, capture_output=True, check=False, timeout=30)
    # What it says would be read as configuration
    assert (result.stdout, result.stderr) == (b"", b"")
    return time.monotonic() - began


@contextmanager
def process() -> Iterator[int]:
    with subprocess.Popen(["/bin/sleep", "60"]) as started:
        try:
            yield started.pid
        finally:
            started.kill()


def state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0]


def test_at_a_start_nothing_is_waited_for() -> None:
    assert min(seconds(None) for _ in range(3)) < WHOLE_SECONDS


def test_one_that_sleeps_is_told_at_once() -> None:
    with process() as pid:
        until(lambda: state(pid) == "S")
        assert min(seconds(pid) for _ in range(3)) < WHOLE_SECONDS


def test_one_that_has_not_come_to_run_is_waited_for() -> None:
    with process() as pid:
        os.kill(pid, signal.SIGSTOP)
        until(lambda: state(pid) == "T")
        assert seconds(pid) >= WHOLE_SECONDS


@pytest.mark.parametrize("template", ["lighttpd.conf.j2", "console.conf.j2"])
def test_both_have_it(template: str) -> None:
    assert b'{% include "new-instance.conf.j2" %}' in read_file("lighttpd", template)
