#!/usr/bin/python3
"""Runs the tests that need no booted hosts in a fresh root file system of a Debian release: `make test-release`.

The root has what git, make and tools/prepare ask for of that release. A clone of this checkout's HEAD is prepared in it
(tools/prepare develop) and tested there, in namespaces of its own for processes, mounts and, once it is prepared, for
the network. Roots that were made with the same packages in the last days are kept as archives in build/releases, with
what pip fetched, and each run unpacks one: no run meets what another one has left. Needs root. Ends with pytest's
status.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import roots

CHECKOUT = Path(__file__).resolve().parent.parent
CACHE = CHECKOUT / "build/releases"
CLONE = "srv/zato"  # where others than root may go, too
PIP_CACHE = "root/.cache/pip"
# Debian publishes mends of a stable release; older archives are made anew
KEPT_DAYS = 7
DEFAULT_TESTS = "tests --ignore=tests/hosts -n 4 --no-loadscope-reorder --slowest=25"


def main() -> int:
    arguments = parsed()
    if os.geteuid() != 0:
        raise SystemExit("zato: a root file system needs root; run: sudo make test-release SUITE=...")
    roots.exit_when_told()
    archive = archive_of(arguments.suite)
    with tempfile.TemporaryDirectory(prefix=f"zato-{arguments.suite}-", dir="/var/tmp") as directory:
        root = Path(directory) / "root"
        root.mkdir()
        say(f"Unpacking {archive.name}")
        subprocess.run(["tar", "-x", "--numeric-owner", "-f", str(archive), "-C", str(root)], check=True)
        subprocess.run(["git", "clone", "--quiet", "--no-local", str(CHECKOUT), str(root / CLONE)], check=True)
        if prepare(root) != 0:
            raise SystemExit("zato: the checkout cannot be prepared there; the lines above say why")
        say(f"pytest {arguments.tests}")
        started = time.monotonic()
        # A network of its own: nothing of this machine's has ports there, and nothing beyond it can be reached. The
        # address is one of those for documentation: a machine has one beside loopback
        alone = "ip link set lo up && ip addr add 192.0.2.1/32 dev lo && mount -t sysfs -o ro sys /sys"
        status = in_clone(root, f"{alone} && exec .venv/bin/python -m pytest -q {arguments.tests}", network=False)
        say(f"{arguments.suite}: {time.monotonic() - started:.0f} s, pytest ended with status {status}")
        return status


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Run the tests in a fresh root of a Debian release.")
    parser.add_argument("suite", choices=roots.SUITES, help="The release, by its code name.")
    parser.add_argument("tests", nargs="?", default="", help="Arguments of pytest, as a shell takes them apart.")
    arguments = parser.parse_args()
    arguments.tests = shlex.join(shlex.split(arguments.tests or DEFAULT_TESTS))
    return arguments


def say(text: str) -> None:
    print(f"==> {text}", flush=True)


def archive_of(suite: str) -> Path:
    """The root with all packages as a file; made where there is none that is young enough."""
    packages = ("git", "make", *packages_in("run"), *packages_in("develop"))
    archive = CACHE / f"{suite}-{hashlib.sha256(' '.join(packages).encode()).hexdigest()[:12]}.tar"
    if archive.exists() and time.time() - archive.stat().st_mtime < KEPT_DAYS * 86400:
        return archive
    say(f"Making a root of Debian {roots.SUITES[suite]} with {len(packages)} packages and what they need")
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="zato-root-", dir="/var/tmp") as directory:
        root = Path(directory) / "root"
        roots.make_root(suite, root, packages)
        making = CACHE / f"making-{os.getpid()}"
        try:
            subprocess.run(["tar", "-c", "--numeric-owner", "-f", str(making), "-C", str(root), "."], check=True)
            for old in CACHE.glob(f"{suite}-*.tar"):
                old.unlink()
            making.rename(archive)
        finally:
            making.unlink(missing_ok=True)
    return archive


def packages_in(purpose: str) -> list[str]:
    text = (CHECKOUT / f"requirements/debian-{purpose}.txt").read_text(encoding="utf-8")
    return [word for line in text.splitlines() for word in line.partition("#")[0].split()]


def prepare(root: Path) -> int:
    """The status of tools/prepare. Wheels that were fetched before come from here; their hashes are compared again."""
    say("tools/prepare develop")
    roots.open_pip(root)
    if (CACHE / "pip").is_dir():
        shutil.copytree(CACHE / "pip", root / PIP_CACHE, dirs_exist_ok=True)
    status = in_clone(root, "update-ca-certificates >/dev/null && tools/prepare develop")
    if status == 0:
        shutil.copytree(root / PIP_CACHE, CACHE / "pip", dirs_exist_ok=True)
    return status


def in_clone(root: Path, script: str, *, network: bool = True) -> int:
    """The status of a shell script; all of its processes have ended when this returns or raises."""
    return roots.run(root, ["sh", "-c", f"cd /{CLONE} && {script}"], network=network)


if __name__ == "__main__":
    sys.exit(main())
