"""A burst of signals stops a process, whatever its threads are doing."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from support.waiting import PATIENCE_SECONDS

PROGRAM = """
import sys, threading
from zato.host.stopping import stop_event
stop = stop_event()
print("ready", flush=True)
while not stop.wait(0.00001):
    stop.is_set()
print("stopped", flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_many_signals_at_once_do_not_deadlock(number: signal.Signals) -> None:
    for _ in range(10):
        with subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            for _ in range(5):
                process.send_signal(number)
            try:
                assert process.wait(PATIENCE_SECONDS) == 0
            finally:
                process.kill()
            assert process.stdout.read() == "stopped\n"
