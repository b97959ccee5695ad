"""Releases side by side: what runs keeps its files while the package's own are replaced.

A release is a tree of hard links to what the package has put in place, so it takes no room until that is replaced.
`current` names the one that everything is started from (see debian/python).
"""

from __future__ import annotations

import os
import shutil
import subprocess
from filecmp import cmp
from importlib.util import MAGIC_NUMBER, cache_from_source
from itertools import count
from pathlib import Path

from zato.core.errors import SetupError

_NOT_OF_A_RELEASE = shutil.ignore_patterns("__pycache__")
_TEMPLATES = ("haproxy", "lighttpd")
# How a file begins that this Python has compiled, and that it loads whatever time its source bears (PEP 552)
_UNCHECKED = MAGIC_NUMBER + b"\1\0\0\0"


class Releases:
    """The releases in `home`/releases. One process at a time may use this: root, when a package is configured."""

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
        """Keeps what the package has in place now, compiled, as one more release. A version may come more than once."""
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
            _compile(release, self.current())
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
        """Removes it; what still runs from it must not import anything any more."""
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


def _compile(release: Path, former: Path | None) -> None:
    """Once for all: nothing that runs later may write there. What runs already comes first.

    What was compiled for the release before is used again where the source is the same to the byte, which is most of an
    upgrade. So compiled files do not bear the time of their source, and are not compared with it when they are loaded.
    """
    directories = [release / "lib", release / "venv" / "lib"]
    sources = [path for directory in directories for path in directory.rglob("*.py")]
    new = [path for path in sources if former is None or not _take_over(path, former / path.relative_to(release))]
    if not new:
        return  # with nothing to compile, compileall compiles all that its Python can import
    # Whole directories are compiled by as many processes as there are processors, files by one
    places = directories if len(new) == len(sources) else new
    command = [str(release / "venv" / "bin" / "python3"), "-I", "-m", "compileall", "-qq", "-j", "0"]
    command = ["nice", "-n", "15", *command, "--invalidation-mode", "unchecked-hash", "-i", "-"]
    # A file of a library that is not meant for this Python is not a failure
    subprocess.run(command, input="\n".join(map(str, places)), text=True, check=False)


def _take_over(source: Path, former: Path) -> bool:
    """Whether what `former` was compiled to is used for `source`, too: they are the same, and so is the Python."""
    compiled = Path(cache_from_source(str(former)))
    try:
        with compiled.open("rb") as file:
            if file.read(len(_UNCHECKED)) != _UNCHECKED or not cmp(source, former, shallow=False):
                return False
        target = Path(cache_from_source(str(source)))
        target.parent.mkdir(mode=0o755, exist_ok=True)
        os.link(compiled, target)
    except FileNotFoundError:
        return False
    return True
