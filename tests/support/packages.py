"""Debian packages of this tree, and of a later release: the same ones with another version, and further migrations."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

_DEB = Path(__file__).resolve().parents[2] / "tools" / "deb.py"
_QUICK = {"DPKG_DEB_COMPRESSOR_TYPE": "gzip", "DPKG_DEB_COMPRESSOR_LEVEL": "1"}
_LIBRARY = Path("usr/lib/zato/lib/zato")


def deb(directory: Path, suite: str, *, quickly: bool = True) -> list[Path]:
    """The packages of this tree in a directory of their release below `directory`; hardly compressed if `quickly`,
    which takes a fifth of the time."""
    environment = {**os.environ, **(_QUICK if quickly else {})}
    subprocess.run([_DEB, directory, suite], check=True, stdout=subprocess.DEVNULL, env=environment)
    return sorted((directory / suite).glob("*.deb"))


def next_release(
    packages: Sequence[Path], directory: Path, version: str, *migrations: str, first_line: str = ""
) -> list[Path]:
    """`packages` anew in `directory`, as `version`; `migrations` are the sources of those that follow the last one.

    Servers execute `first_line` when they start.
    """
    directory.mkdir()
    return [_renewed(package, directory, version, migrations, first_line) for package in packages]


def version_of(package: Path) -> str:
    """Its own, such as 4.1.0~deb13u1."""
    return package.name.split("_")[1]


def release_of(package: Path) -> str:
    """Zato's, such as 4.1.0, whatever release of Debian it is for."""
    return version_of(package).partition("~")[0]


def _renewed(package: Path, directory: Path, version: str, migrations: Sequence[str], first_line: str) -> Path:
    tree = directory / "tree"
    subprocess.run(["dpkg-deb", "-R", package, tree], check=True)
    old = version_of(package)
    control = tree / "DEBIAN" / "control"
    text = re.sub(re.escape(old), version, control.read_text(encoding="utf-8"))
    control.write_text(text, encoding="utf-8")
    (tree / "DEBIAN" / "md5sums").unlink(missing_ok=True)
    library = tree / _LIBRARY
    if library.is_dir():
        (library / "__init__.py").write_text(f'__version__ = "{version}"\n', encoding="utf-8")
        with (library / "server" / "__init__.py").open("a", encoding="utf-8") as servers:
            servers.write(f"{first_line}\n")
        for migration in migrations:
            _add(library / "odb" / "migrations" / "versions", migration)
    for defaults in (tree / "etc/zato/defaults").glob("*.toml"):
        with defaults.open("a", encoding="utf-8") as file:
            file.write("# Of the next release\n")
    made = directory / package.name.replace(old, version)
    build = ["dpkg-deb", "--root-owner-group", "-Znone", "-b", str(tree), str(made)]
    subprocess.run(build, check=True, capture_output=True)
    shutil.rmtree(tree)
    return made


def _add(versions: Path, migration: str) -> None:
    number = max(int(path.name[1:5]) for path in versions.glob("v[0-9]*_*.py"))
    head = "from alembic import op\nfrom sqlalchemy import Column, Integer\n\n"
    head += f'revision = "{number + 1:04}"\ndown_revision = "{number:04}"\n'
    (versions / f"v{number + 1:04}_next.py").write_text(head + migration, encoding="utf-8")
