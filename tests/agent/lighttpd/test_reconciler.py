"""When the agent of lighttpd tries again what has failed."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from support.layouts import certified
from support.set_clock import SetClock
from support.waiting import until
from zato.agent.lighttpd import files
from zato.agent.lighttpd.names import PID
from zato.agent.lighttpd.reconciler import LighttpdReconciler
from zato.host.layout import Layout
from zato.host.settings import ClusterSettings, ServerSettings

CLUSTER = ClusterSettings()
ENDS = """#!/bin/sh
echo once >> {tries}
rm {pid}
"""


@pytest.fixture
def layout() -> Iterator[Layout]:
    with certified(CLUSTER) as made:
        settings = made.server(1).applied_settings
        settings.parent.mkdir(parents=True)
        settings.write_text('log_format = "text"\n')
        files.write(made, files.view_of(made, CLUSTER, 1, ServerSettings()))
        yield made


def test_a_lighttpd_that_ends_before_its_reload_is_reloaded_soon(
    layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is being started or stopped; half a minute is for files that are not good."""
    server = layout.server(1)
    pid_file, tries, check = server.lighttpd / PID, tmp_path / "tries", tmp_path / "lighttpd"
    check.write_text(ENDS.format(tries=tries, pid=pid_file))
    check.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    clock = SetClock()
    arguments = [sys.executable, "-c", "import signal; signal.pause()", str(files.configuration(server))]
    with subprocess.Popen(arguments) as process:
        try:

            def tries_after(seconds: float) -> int:
                pid_file.write_text(f"{process.pid}\n")
                os.utime(pid_file, (1, 1))  # its files are newer, so they are to be reloaded
                until(lambda: agent.running.pid() == process.pid)  # its command line is empty for a moment
                clock.advance(timedelta(seconds=seconds))
                agent.tick()
                return len(tries.read_text().splitlines())

            agent = LighttpdReconciler(layout, CLUSTER, 1, clock, threading.Event())
            assert [tries_after(seconds) for seconds in (2, 2, 2)] == [1, 1, 2]
            assert agent.state.failure is not None
            assert agent.state.failure.reason.startswith("lighttpd does not run")
        finally:
            process.kill()
