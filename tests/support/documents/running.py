"""Runs what a page has, and compares what it shows with what there is."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

# What nobody can know beforehand, in what a page shows: anything, and any moment
_UNKNOWN = re.compile(r"(\.\.\.)|\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?")
_MOMENT = r"\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?"


def run(
    command: str, directory: Path, *, home: Path | None = None, input: str = ""
) -> subprocess.CompletedProcess[str]:
    """What a shell makes of the command, with `zato` of the directory's `.venv`; errors are in its output."""
    return subprocess.run(
        ["/bin/bash", "-c", command],
        cwd=directory,
        env={
            "PATH": f"{directory / '.venv' / 'bin'}:{os.environ['PATH']}",
            "HOME": str(home or directory),
            "XDG_CONFIG_HOME": str((home or directory) / ".config"),
            "LC_ALL": "C.UTF-8",
        },
        input=input,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=90,
        check=False,
        start_new_session=True,  # so that what asks for a password does not ask the terminal of who runs the tests
    )


def fits(expected: str, found: str) -> bool:
    """Whether the text is what was expected. One space is as good as several: the columns of tables vary in width."""
    pattern, end = "", 0
    shown = _trimmed(expected)
    for unknown in _UNKNOWN.finditer(shown):
        pattern += re.escape(shown[end : unknown.start()]) + (".*?" if unknown[1] else _MOMENT)
        end = unknown.end()
    return re.fullmatch(pattern + re.escape(shown[end:]), _trimmed(found), re.DOTALL) is not None


def _trimmed(text: str) -> str:
    return "\n".join(" ".join(line.split()) for line in text.strip().splitlines())
