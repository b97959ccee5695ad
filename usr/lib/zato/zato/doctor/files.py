"""Files: settings that can be read, and keys that nobody else can."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

from zato.core.errors import ZatoError
from zato.doctor.finding import Finding, of_error
from zato.host.edited_file import EditedFile
from zato.host.layout import Layout
from zato.host.settings import load_server


def check_keys(layout: Layout) -> Iterator[Finding]:
    """Private keys and the key of the ODB's secrets: there, and readable by their owner alone."""
    if not layout.secret_key.exists():
        yield Finding(
            f"{layout.secret_key} is missing: secrets in the ODB cannot be read without it.",
            "Restore it from a backup.",
        )
    for path in (layout.secret_key, *sorted(layout.pki.glob("*.key"))):
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield Finding(f"{path} can be read by more than its owner.", f"chmod 600 {path}")


def check_settings(layout: Layout, numbers: list[int]) -> Iterator[Finding]:
    """Each server's settings, and edits of them that were refused and that nobody has looked after."""
    for number in numbers:
        paths = layout.server(number)
        for edited in (paths.settings, paths.user_config):
            path = edited.with_name(f"{edited.name}.error")
            # Whose directory it is could have put a link there
            said = EditedFile(path).read()
            if said is not None:
                reason, *_ = said.decode(errors="replace").splitlines() or [""]
                yield Finding(f"An edit of server {number}'s configuration was refused: {reason}", f"cat {path}")
        try:
            load_server(layout, number)
        except ZatoError as error:
            yield of_error(error, f"zato server config diff {number}")


def check_pickup(layout: Layout, numbers: list[int]) -> Iterator[Finding]:
    """Files that were refused and that nobody has looked after."""
    for number in numbers:
        for path in sorted(_errors(layout.server(number).pickup)):
            yield Finding(f"{path.name.removesuffix('.error')} was refused by server {number}.", f"cat {path}")


def _errors(directory: Path) -> list[Path]:
    return list(directory.glob("*.error")) if directory.is_dir() else []
