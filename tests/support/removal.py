"""Removing what has many files, for which some disks take their time."""

from __future__ import annotations

import subprocess
from pathlib import Path
from uuid import uuid4


def remove_beside(directory: Path) -> None:
    """It is gone from where it was, and soon from the disk; nobody waits for that. One that is not there is fine."""
    if not directory.exists():
        return
    going = directory.rename(directory.with_name(f"{directory.name}.{uuid4().hex}"))
    subprocess.run(
        ["sh", "-c", 'nice rm -rf -- "$0" &', str(going)],
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
