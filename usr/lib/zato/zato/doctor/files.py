"""Files: settings that can be read, and keys that nobody else can."""

from __future__ import annotations

import shlex
import stat
from collections.abc import Iterator
from pathlib import Path

from zato.core.errors import ZatoError
from zato.doctor.finding import Finding, of_error
from zato.host import log_levels
from zato.host.edited_file import EditedFile
from zato.host.identity import as_owner_of
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
    """Levels of loggers, each server's settings, and edits that were refused and that nobody has looked after."""
    if layout.logging.exists():
        try:
            with as_owner_of(layout.configuration):
                log_levels.read(layout.logging)
        except (OSError, ValueError) as error:
            yield Finding(
                f"{layout.logging} cannot be read, so levels of loggers stay as they were: {error}.",
                f"Correct it: {shlex.quote(str(layout.logging))}",
            )
    for number in numbers:
        paths = layout.server(number)
        for edited in (paths.settings, paths.user_config):
            path = edited.with_name(f"{edited.name}.error")
            with as_owner_of(paths.config):
                said = EditedFile(path).read()
            if said is not None:
                reason, *_ = said.decode(errors="replace").splitlines() or [""]
                yield Finding(
                    f"An edit of server {number}'s configuration was refused: {reason}", f"cat {shlex.quote(str(path))}"
                )
        try:
            with as_owner_of(paths.config):
                load_server(layout, number)
        except ZatoError as error:
            yield of_error(error, f"zato server config diff {number}")


def check_pickup(layout: Layout, numbers: list[int]) -> Iterator[Finding]:
    """Files that were refused and that nobody has looked after."""
    for number in numbers:
        for path in sorted(_errors(layout.server(number).pickup)):
            # Whoever may deploy gives the name, and an operator pastes what is said here
            remedy = f"cat {shlex.quote(str(path))}"
            yield Finding(f"{path.name.removesuffix('.error')} was refused by server {number}.", remedy)


def _errors(directory: Path) -> list[Path]:
    if not directory.is_dir():
        return []
    with as_owner_of(directory.parent):
        return list(directory.glob("*.error"))
