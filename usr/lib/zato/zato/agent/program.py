"""What other programs say about their configuration."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

from zato.core.errors import SetupError

_SECONDS = 30


def validate(program: str, command: Sequence[str], *, seconds: float = _SECONDS) -> None:
    """Raises SetupError with what `program` says against its configuration."""
    try:
        found = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=seconds, check=False)
    except subprocess.TimeoutExpired as error:
        raise SetupError(
            f"{program} did not check its configuration within {seconds:g} seconds.", code="configuration-not-checked"
        ) from error
    if found.returncode != 0:
        said = (line.strip() for line in (found.stdout + found.stderr).splitlines())
        lines = [line for line in said if line and not line.startswith("[NOTICE]")]
        raise SetupError(
            f"{program} refuses its configuration: {' '.join(lines[:5])}",
            code="configuration-refused",
            details=tuple(lines),
        )
