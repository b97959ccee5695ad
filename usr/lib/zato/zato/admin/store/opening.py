"""The SQLite file of the console: made, brought up to date, and made anew where it is broken."""

from __future__ import annotations

from pathlib import Path

from zato.host.layout import Layout


def store_file(layout: Layout) -> Path:
    """Where it is. It is worth little: without it people sign in again."""
    return layout.console / "console.sqlite"


def open_store(layout: Layout) -> None:
    """The directory, for this user alone."""
    layout.console.mkdir(mode=0o700, parents=True, exist_ok=True)


def migrate() -> None:
    """The tables as this release has them; after `configure`."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
