"""Other programs: where they are, and what they say about their configuration."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from zato.core.errors import SetupError

_SECONDS = 30
# Where Debian has them; the search path of a user that is not root often lacks these
_ALSO = "/usr/local/sbin:/usr/sbin:/sbin"


def program_path(program: str) -> str:
    """Absolute path of an installed program. Raises SetupError that says how to install it."""
    found = shutil.which(program) or shutil.which(program, path=_ALSO)
    if found is None:
        raise SetupError(
            f"{program} is not installed; install it with: apt-get install {program}", code="missing-program"
        )
    return str(Path(found).absolute())


def validate(program: str, command: Sequence[str]) -> None:
    """Raises SetupError with what `program` says against its configuration."""
    try:
        found = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise SetupError(f"{program} did not check its configuration within {_SECONDS} seconds.") from error
    if found.returncode != 0:
        lines = [line.strip() for line in (found.stdout + found.stderr).splitlines() if line.strip()]
        raise SetupError(f"{program} refuses its configuration: {' '.join(lines[:5])}", details=tuple(lines))
