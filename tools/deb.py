#!/usr/bin/python3
"""tools/deb.py DIRECTORY SUITE...: the Debian packages for each of these releases, in DIRECTORY/SUITE, as root.

They are built from the files under version control and from hash-locked wheels, in a root file system of their release
that has no network.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import roots
import wheels
from build_root import CHECKOUT, BuildRoot

_BUILD = ("sh", "-c", "cd zato && exec dpkg-buildpackage -us -uc -b --ignore-builtin-builddeps")
_PATH = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
_RESULTS = (".deb", ".changes", ".buildinfo")


def build(suite: str, to: Path) -> None:
    root = BuildRoot(suite)
    (CHECKOUT / "build").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="package-", dir=CHECKOUT / "build") as directory:
        work = Path(directory)
        tree = work / "zato"
        _lay_out(tree)
        shutil.copytree(wheels.collect(suite, root), tree / "wheels")
        _name_release(tree / "debian" / "changelog", suite)
        compression = {name: value for name, value in os.environ.items() if name.startswith("DPKG_DEB_")}
        log = to.with_name(f"{to.name}.log")
        to.parent.mkdir(parents=True, exist_ok=True)
        log.unlink(missing_ok=True)
        root.run(work, _BUILD, {**_PATH, **compression}, log)
        shutil.rmtree(to, ignore_errors=True)
        to.mkdir()
        for path in sorted(work.iterdir()):
            if path.suffix in _RESULTS:
                shutil.move(path, to)
    for package in sorted(to.glob("*.deb")):
        print(f"{package.stat().st_size / 1024:8.1f} KB  {package}")


def _lay_out(tree: Path) -> None:
    """The files under version control, as they are now."""
    listed = subprocess.run(["git", "-C", CHECKOUT, "ls-files", "-z"], check=True, capture_output=True).stdout
    for name in listed.decode().split("\0"):
        source = CHECKOUT / name
        if name and source.is_symlink() | source.is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, tree / name, follow_symlinks=False)


def _name_release(changelog: Path, suite: str) -> None:
    """Those for a later release of Debian are newer, so that an upgrade of Debian replaces them too."""
    text = changelog.read_text(encoding="utf-8")
    head = re.compile(r"\Azato \(([^)]+)\) [^;]+;")
    changelog.write_text(head.sub(rf"zato (\1~deb{roots.SUITES[suite]}u1) {suite};", text), encoding="utf-8")


def main(words: Sequence[str]) -> None:
    if len(words) < 2 or not roots.SUITES.keys() >= {*words[1:]}:
        raise SystemExit(f"usage: tools/deb.py DIRECTORY SUITE...; suites are: {', '.join(roots.SUITES)}")
    for suite in words[1:]:
        build(suite, Path(words[0]).resolve() / suite)


if __name__ == "__main__":
    main(sys.argv[1:])
