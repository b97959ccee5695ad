"""Lines that are written one by one are copied many at a time: to wake up for each costs more than to copy it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from zato.logbook.ring import RingWriter
from zato.quickstart.output import Output
from zato.quickstart.starting import Command
from zato.quickstart.supervisor import Supervisor

LINES = 400
BUSY = f"""
import os, time
for number in range({LINES}):
    os.write(1, b"line %d\\n" % number)
    time.sleep(0.001)
time.sleep(60)
"""


class Counting(Output):
    """Keeps the blocks of lines, and stops the supervisor with the last line."""

    supervisor: Supervisor

    def __init__(self, directory: Path) -> None:
        super().__init__(["busy"], "text", RingWriter(directory))
        self.blocks: list[list[bytes]] = []

    def lines(self, name: str, lines: Sequence[bytes]) -> None:
        self.blocks.append(list(lines))
        super().lines(name, lines)
        if lines and lines[-1] == b"line %d" % (LINES - 1):
            self.supervisor.stop()


def test_a_process_that_writes_line_by_line_is_looked_at_now_and_then(tmp_path: Path) -> None:
    output = Counting(tmp_path)
    command = Command("busy", (sys.executable, "-c", BUSY), patience_seconds=0.1)
    output.supervisor = Supervisor([command], tmp_path / "pids", output)
    output.supervisor.run()
    assert [line for block in output.blocks for line in block] == [b"line %d" % number for number in range(LINES)]
    assert len(output.blocks) < LINES / 5
