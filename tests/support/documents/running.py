"""Runs what a page has, and compares what it shows with what there is."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from support.terminals import on_a_terminal

# What nobody can know beforehand, in what a page shows: anything, and any moment
_UNKNOWN = re.compile(r"(\.\.\.)|\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?")
_MOMENT = r"\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?"


def run(command: str, directory: Path, clone: Path, answers: Sequence[str] = ()) -> tuple[int, str]:
    """The exit status and the output, errors included, of a shell that has `zato` of the clone's `bin`.

    With `answers` it has a terminal, where these are typed as it asks, and `zato` of the clone's `.venv`. What takes
    more than a minute is killed with all that it has started.
    """
    # Who asks at a terminal is of its session. `.venv/bin/zato` itself is what the clone's cluster is started with
    programs = clone / (".venv/bin" if answers else "bin")
    if not answers:
        command = command.replace(".venv/bin/zato ", "zato ")
    environment = (
        f"PATH={programs}:{clone / '.venv' / 'bin'}:{os.environ['PATH']}",
        f"HOME={directory}",
        f"XDG_CONFIG_HOME={directory / '.config'}",
        "LC_ALL=C.UTF-8",
    )
    shell = ["env", "-i", *environment, "timeout", "-s", "KILL", "60", "/bin/bash", "-c", command]
    if answers:
        shown = on_a_terminal(["env", "-C", str(directory), *shell[1:-1], f"{command}; echo status $?"], answers)
        text, _, status = shown.rstrip().rpartition("status ")
        return (int(status), text.replace("\r\n", "\n")) if status.isdigit() else (-1, shown)
    done = subprocess.run(
        shell,
        cwd=directory,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


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
