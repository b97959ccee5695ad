"""The file with the one-time token of the first administrator: its owner's alone, and empty once it has been used."""

from __future__ import annotations

from pathlib import Path

from zato.core.errors import SetupError
from zato.host.files import write_atomically


def write(path: Path, token: str) -> None:
    """Puts a new token there."""
    write_atomically(path, token.encode("ascii") + b"\n", mode=0o400)


def read(path: Path) -> str:
    """The token. Raises SetupError, which says how to get one, where there is none or it cannot be read."""
    try:
        token = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a token"
        raise SetupError(
            f"{path} has no token ({reason}); as root, make one with: zato user first-token", code="no-first-token"
        ) from error
    if not token:
        raise SetupError(
            f"The token in {path} was used; make a new one with: zato user first-token", code="no-first-token"
        )
    return token


def used(path: Path) -> None:
    """Empties the file, which stays to say that there was a token."""
    write_atomically(path, b"", mode=0o400)
