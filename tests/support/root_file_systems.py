"""What hosts boot from: Debian with what Zato needs, and what a host writes laid over it."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from support.removal import remove_beside

REPOSITORY = Path(__file__).resolve().parents[2]
# The release of Debian that hosts have, and the one before, which some have beside it
SUITE = "trixie"
BEFORE = "bookworm"
# What a host is before Zato comes, beside what the packages depend on
_PACKAGES = (
    "bash-completion",
    "curl",
    "dbus",
    "iproute2",
    "openssh-server",
    "procps",
    "python3",
    "socat",
    "systemd",
    "systemd-sysv",
)


def new_directory() -> Path:
    """For file systems of hosts; what makes it removes it. Not in memory, as some systems' /tmp is."""
    return Path(tempfile.mkdtemp(prefix="zato-hosts-", dir="/var/tmp"))


def dependencies() -> list[str]:
    """What our packages depend on and recommend, other than one another."""
    text = (REPOSITORY / "debian" / "control").read_text(encoding="utf-8")
    found = set()
    for block in re.findall(r"^(?:Depends|Recommends):\n((?:[ #].*\n)+)", text, re.M):
        for line in block.splitlines():
            name = line.strip().rstrip(",").split()[0]
            if not name.startswith(("zato", "$", "#")):
                found.add(name)
    return sorted(found)


def built(suite: str = SUITE) -> list[Path]:
    """What `make deb` has left for a release of Debian."""
    return sorted((REPOSITORY / "build" / "deb" / suite).glob("*.deb"))


def base(suite: str = SUITE) -> Path:
    """A root file system with Debian and what Zato needs of it; made once, in about a minute."""
    return file_system("base", (*_PACKAGES, *dependencies()), suite)


def file_system(name: str, wanted: Sequence[str], suite: str = SUITE) -> Path:
    """A root file system with Debian and those packages; made once, and not to be changed."""
    command = [str(REPOSITORY / "tools" / "roots.py"), suite, name, *wanted]
    return Path(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()[-1])


@contextmanager
def laid_over(system: Path, root: Path) -> Iterator[Path]:
    """`root` begins as what `system` is, which stays as it is. What is written to it survives no crash of the machine:
    nothing there waits for the disk."""
    own = root.with_name(f"{root.name}.own")
    for directory in (root, own / "upper", own / "work"):
        directory.mkdir(parents=True)
    options = f"lowerdir={system},upperdir={own / 'upper'},workdir={own / 'work'},volatile"
    subprocess.run(["mount", "-t", "overlay", "overlay", "-o", options, str(root)], check=True)
    try:
        yield root
    finally:
        subprocess.run(["umount", str(root)], check=True)
        remove_beside(own)
        root.rmdir()
