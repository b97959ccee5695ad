"""Releases side by side: what runs keeps its files while the package's own are replaced.

A release is a tree of hard links to what the package has put in place, so it takes no room until that is replaced.
`current` names the one that everything is started from (see debian/python).
"""

from __future__ import annotations

import os
import shutil
import subprocess
from itertools import count
from pathlib import Path

from zato.core.errors import SetupError

_NOT_OF_A_RELEASE = shutil.ignore_patterns("__pycache__")
_TEMPLATES = ("haproxy", "lighttpd")


class Releases:
    """Those in `home`/releases. One process at a time may use this; root does, when a package is configured."""

    def __init__(self, home: Path = Path("/usr/lib/zato"), templates: Path = Path("/usr/share/zato")) -> None:
        """`home` has the package's `lib` and `venv`, `templates` those of other programs' configuration."""
        self._home = home
        self._templates = templates
        self._all = home / "releases"
        self._current = home / "current"

    def current(self) -> Path | None:
        """The one that everything is started from; None before the first one."""
        try:
            found = self._current.resolve(strict=True)
        except FileNotFoundError:
            return None
        return found

    def add(self, version: str) -> Path:
        """One more, of what the package has in place now, compiled. A version may come more than once."""
        self._all.mkdir(mode=0o755, exist_ok=True)
        release = next(path for n in count(1) if not (path := self._all / f"{version}-{n}").exists())
        try:
            for part in ("lib", "venv"):
                _link(self._home / part, release / part)
            for name in _TEMPLATES:
                _link(self._templates / name, release / "venv" / "share" / "zato" / name)
            # The package's own `python` starts what `current` names, and its links are relative to where they are
            _point(release / "venv" / "bin" / "python3", (self._home / "venv" / "bin" / "python3").resolve(strict=True))
            _point(release / "venv" / "bin" / "python", Path("python3"))
            _compile(release)
        except OSError as error:
            self.remove(release)
            raise SetupError(f"The release {release.name} could not be put in place: {error}.") from error
        return release

    def use(self, release: Path) -> None:
        """Everything is started from `release` from now on."""
        new = self._current.with_name(".current.new")
        new.unlink(missing_ok=True)
        new.symlink_to(release.relative_to(self._home))
        new.replace(self._current)

    def remove(self, release: Path) -> None:
        """It is gone; what still runs from it must not import anything any more."""
        shutil.rmtree(release, ignore_errors=True)

    def remove_others(self) -> None:
        """Only the current one is left."""
        current = self.current()
        for release in self._all.iterdir():
            if release != current:
                self.remove(release)


def _point(link: Path, target: Path) -> None:
    link.unlink()
    link.symlink_to(target)


def _link(source: Path, target: Path) -> None:
    target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    shutil.copytree(source, target, symlinks=True, copy_function=os.link, ignore=_NOT_OF_A_RELEASE)


def _compile(release: Path) -> None:
    """Once for all: nothing that runs later may write there. What runs already comes first."""
    python = release / "venv" / "bin" / "python3"
    directories = (str(release / "lib"), str(release / "venv" / "lib"))
    # A file of a library that is not meant for this Python is not a failure
    subprocess.run(["nice", "-n", "15", python, "-I", "-m", "compileall", "-qq", "-j", "0", *directories], check=False)
