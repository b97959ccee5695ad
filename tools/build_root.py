"""Where packages for a release of Debian are built: a root file system of that release without a network, made once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import roots

CHECKOUT = Path(__file__).resolve().parent.parent
# What debian/control and the wheels that are published as source only want, of the release itself
_PACKAGES = ("debhelper", "gcc", "libc6-dev", "python3-dev", "python3-pip", "python3-venv")


class BuildRoot:
    """One of a release; several may build in it at a time."""

    def __init__(self, suite: str) -> None:
        """Takes a minute the first time."""
        self._root = roots.kept_root(suite, "build", _PACKAGES)

    def python(self) -> str:
        """The version of its Python, such as 3.13."""
        return (self._root / "usr/bin/python3").readlink().name.removeprefix("python")

    def run(self, work: Path, command: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        """`command` in `work`, which lies at the same place in each root; raises SystemExit with the end of its log."""
        named = ["env", *(f"{name}={value}" for name, value in environment.items())]
        with log.open("ab") as opened:
            code = roots.run(self._root, [*named, *command], work=work, network=False, output=opened)
        if code != 0:
            end = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-40:])
            raise SystemExit(f"{end}\nzato: {command[0]} has failed; the lines above say why, the whole log is {log}")
