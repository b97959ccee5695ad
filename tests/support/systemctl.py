"""A systemctl that says what a test wants, and keeps what it was asked."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


class Systemctl:
    """Stands in for the real one for as long as the test's environment does."""

    def __init__(self, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """`directory` is the test's own."""
        self._answer = directory / "systemctl.answer"
        self._asked = directory / "systemctl.asked"
        programs = directory / "bin"
        programs.mkdir()
        program = programs / "systemctl"
        program.write_text(f'#!/bin/sh\necho "$@" >> {self._asked}\ncat {self._answer}\n', encoding="utf-8")
        program.chmod(0o755)
        self.says("")
        monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")

    def says(self, text: str) -> None:
        """Its output from now on."""
        self._answer.write_text(text, encoding="utf-8")

    def asked(self) -> list[str]:
        """Arguments of all calls so far."""
        return self._asked.read_text(encoding="utf-8").splitlines() if self._asked.exists() else []
