"""Documents that are run as they stand: files, and commands with what they print."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(r"^```(python|console|log)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Step:
    """A file to write (`kind` is python), a command and what it prints (console), or lines of the cluster's log (log).

    In what is expected, `...` stands for anything.
    """

    kind: str
    name: str
    text: str


def steps_of(document: str) -> list[Step]:
    """Everything to do, in the document's order."""
    steps: list[Step] = []
    for kind, text in _BLOCK.findall(document):
        if kind == "python":
            found = re.match(r"# (\w+\.py)\n", text)
            assert found, f"The first line of each piece of code names its file:\n{text}"
            steps.append(Step(kind, found[1], text))
        elif kind == "log":
            steps.append(Step(kind, "", text))
        else:
            commands = re.findall(r"^\$ ((?:.*\\\n)*.*\n)((?:(?!\$ ).*\n)*)", text, re.MULTILINE)
            steps.extend(Step(kind, command, expected) for command, expected in commands)
    return steps


def run(command: str, directory: Path) -> str:
    """What a shell prints that runs the command, errors too."""
    done = subprocess.run(
        ["/bin/bash", "-c", command],
        cwd=directory,
        env={"PATH": os.environ["PATH"], "HOME": str(directory), "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=90,
        check=False,
    )
    return done.stdout


def fits(expected: str, found: str) -> bool:
    """Whether the text is what was expected. One space is as good as several: the columns of tables vary in width."""
    parts = [re.escape(part) for part in _trimmed(expected).split("...")]
    return re.fullmatch(".*?".join(parts), _trimmed(found), re.DOTALL) is not None


def _trimmed(text: str) -> str:
    return "\n".join(" ".join(line.split()) for line in text.strip().splitlines())
