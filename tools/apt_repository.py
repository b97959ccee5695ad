#!/usr/bin/python3
"""tools/apt_repository.py DIRECTORY PACKAGES KEY: a signed apt repository in DIRECTORY, to be served by any web server.

PACKAGES has a directory of packages for each release of Debian, as `make deb` leaves them. KEY names the secret key in
the keyring of gpg (GNUPGHOME) that signs it. Packages of earlier versions that are in DIRECTORY already stay, so that
machines can go back to them.
"""

from __future__ import annotations

import filecmp
import gzip
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import roots

KEYRING = "zato-archive-keyring.asc"
_ARCHITECTURE = "amd64"
_POOL = "pool/main/z/zato"


def publish(directory: Path, packages: Path, key: str) -> None:
    for program, package in (("apt-ftparchive", "apt-utils"), ("gpg", "gnupg")):
        if shutil.which(program) is None:
            raise SystemExit(f"zato: {program} is not installed; run: apt-get install {package}")
    public = _public(key)
    new = [path for suite in roots.SUITES for path in sorted((packages / suite).glob("*.deb"))]
    if not new:
        raise SystemExit(f"zato: there are no packages in {packages}; make them with: make deb")
    _add(directory / _POOL, new)
    for suite, number in roots.SUITES.items():
        _list(directory, suite, (directory / _POOL).glob(f"*~deb{number}u*_*.deb"))
        _sign(directory / "dists" / suite, key)
    (directory / KEYRING).write_bytes(public)


def _public(key: str) -> bytes:
    """What machines verify with. Raises SystemExit where nothing can be signed with it."""
    known = subprocess.run(["gpg", "--batch", "--list-secret-keys", key], capture_output=True, check=False)
    if not key or known.returncode != 0:
        raise SystemExit(
            f"zato: gpg has no secret key {key!r}; make one with: gpg --quick-generate-key 'NAME <ADDRESS>' "
            "default sign never, and repeat this with KEY=ADDRESS"
        )
    return subprocess.run(["gpg", "--batch", "--armor", "--export", key], capture_output=True, check=True).stdout


def _add(pool: Path, packages: Iterable[Path]) -> None:
    """A version that is there already stays what it is: machines may have it."""
    pool.mkdir(parents=True, exist_ok=True)
    for package in packages:
        there = pool / package.name
        if there.exists() and not filecmp.cmp(there, package, shallow=False):
            raise SystemExit(
                f"zato: {there} has other contents than {package}; give what is new a version of its own in "
                "debian/changelog and usr/lib/zato/zato/__init__.py"
            )
    for package in packages:
        shutil.copy2(package, pool)


def _list(directory: Path, suite: str, packages: Iterable[Path]) -> None:
    """What there is for a release of Debian, and the sums of that; each file is replaced whole."""
    lists = directory / "dists" / suite / "main" / f"binary-{_ARCHITECTURE}"
    lists.mkdir(parents=True, exist_ok=True)
    texts = [
        subprocess.run(
            ["apt-ftparchive", "packages", path.relative_to(directory)], cwd=directory, check=True, capture_output=True
        ).stdout
        for path in sorted(packages)
    ]
    _replace(lists / "Packages", b"".join(texts))
    _replace(lists / "Packages.gz", gzip.compress(b"".join(texts), mtime=0))
    names = {
        "Origin": "Zato",
        "Label": "Zato",
        "Suite": suite,
        "Codename": suite,
        "Architectures": _ARCHITECTURE,
        "Components": "main",
    }
    options = [word for name, value in names.items() for word in ("-o", f"APT::FTPArchive::Release::{name}={value}")]
    place = directory / "dists" / suite
    for name in ("InRelease", "Release.gpg", "Release"):
        (place / name).unlink(missing_ok=True)
    release = subprocess.run(["apt-ftparchive", *options, "release", place], check=True, capture_output=True).stdout
    _replace(place / "Release", release)


def _sign(place: Path, key: str) -> None:
    sign = ["gpg", "--batch", "--yes", "--local-user", key, "--armor"]
    for how, name in (("--clear-sign", "InRelease"), ("--detach-sign", "Release.gpg")):
        subprocess.run([*sign, "--output", place / name, how, place / "Release"], check=True)


def _replace(path: Path, data: bytes) -> None:
    new = path.with_name(f"{path.name}.new")
    new.write_bytes(data)
    new.replace(path)


def main(words: Sequence[str]) -> None:
    if len(words) != 3:
        raise SystemExit("usage: tools/apt_repository.py DIRECTORY PACKAGES KEY")
    os.umask(0o022)  # whoever serves it reads it
    publish(Path(words[0]).resolve(), Path(words[1]).resolve(), words[2])
    print(f"The repository is in {words[0]}; machines verify it with {words[0]}/{KEYRING}")


if __name__ == "__main__":
    main(sys.argv[1:])
