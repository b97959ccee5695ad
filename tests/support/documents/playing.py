"""A page is played: its files are written, its commands run, and what they print is compared with what it shows."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from support.cluster import RunningCluster
from support.documents.reading import Step
from support.documents.running import fits, run
from support.documents.stages import Stage
from support.waiting import eventually

# 1: something is not well, which is for the page to show; 124: a command was to be ended
_LOOKING = ("zato status", "zato doctor", ".venv/bin/zato status")
_ENDED = 124


class Clone:
    """A directory with a cluster, as the pages have it."""

    def __init__(self, directory: Path, cluster: RunningCluster) -> None:
        self.directory = directory
        self.cluster = cluster
        # Which ports the pages name, and which ones these are here
        self._ports = {
            "11223": cluster.lb_port,
            "17010": cluster.lighttpd_port,
            "20151": cluster.agent_port,
            "20161": cluster.edge_agent_port,
        }

    def play(self, stage: Stage, steps: Iterable[Step], *, home: str = "") -> list[str]:
        """What is different from what the page says. `home` is another directory of a cluster than `.zato`."""
        place = self.directory / "home" if stage.other_machine else self.directory
        environment = f"export CLONE={self.directory};" + (f"export ZATO_HOME={home};" if home else "")
        different = []
        for command in stage.before:
            self.do(environment + command, place)
        for step in steps:
            if step.kind == "python":
                (place / step.name).write_text(step.text, encoding="utf-8")
            elif step.kind == "log":
                different += [f"{step.place}: not in the log: {line}" for line in self._missing(step.text)]
            else:
                different += self._tried(stage, step, environment, place)
        for command in stage.after:
            self.do(command)
        return different

    def _tried(self, stage: Stage, step: Step, environment: str, place: Path) -> list[str]:
        command = step.name
        for before, after in stage.values.items():
            command = command.replace(before, after)
        answers = next((texts for start, texts in stage.answers.items() if step.name.startswith(start)), ())
        status, found = run(environment + self.here(command), place, self.directory, answers)
        found = self._shown(found)
        if step.kind == "console" and not fits(step.text, found):
            return [f"{step.place}\nexpected:\n{step.text}\nfound:\n{found}"]
        if step.kind != "console" and status not in (0, _ENDED, step.name.startswith(_LOOKING)):
            return [f"{step.place}\n({command})\nended with {status}:\n{found}"]
        return [f"{step.place}\n{found}"] if "Traceback (most" in found else []

    def do(self, command: str, place: Path | None = None) -> str:
        """What the command shows, which has to go well."""
        status, shown = run(self.here(command), place or self.directory, self.directory)
        assert status == 0, f"{command}\n{shown}"
        return shown

    def here(self, text: str) -> str:
        for port, is_ in self._ports.items():
            text = text.replace(port, str(is_))
        return text

    def _shown(self, text: str) -> str:
        for port, is_ in self._ports.items():
            text = text.replace(str(is_), port)
        return text

    def _missing(self, lines: str) -> list[str]:
        """Lines that the cluster does not say, also after the moment for which its supervisor gathers them."""

        def missing() -> list[str]:
            said = self.cluster.said().splitlines()
            return [line for line in lines.splitlines() if not any(fits(line, each) for each in said)]

        eventually(lambda: not missing(), 5)
        return missing()
