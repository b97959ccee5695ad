"""One file in the pickup directory: whether it is for us, and what is said about it beside it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from zato.core.errors import ZatoError
from zato.host.files import write_atomically

_SUFFIXES = (".py", ".zip")


def wanted(name: str) -> bool:
    """Whether a file of this name is deployed: no hidden files, none that editors keep beside the real one."""
    return name.endswith(_SUFFIXES) and not name.startswith((".", "#", "~")) and not name.endswith("~")


def error_file(path: Path) -> Path:
    """Where the reason for a refusal is written."""
    return path.with_name(f"{path.name}.error")


def write_error(path: Path, error: ZatoError, now: datetime) -> None:
    """Say beside the file why it was refused; the version before it goes on."""
    lines = [f"{path.name} was not deployed at {now:%Y-%m-%d %H:%M:%S} UTC.", "", error.message, *error.details]
    write_atomically(error_file(path), ("\n".join(lines) + "\n").encode(), mode=0o644)


def clear_error(path: Path) -> None:
    """Remove what was said about an earlier attempt."""
    error_file(path).unlink(missing_ok=True)
