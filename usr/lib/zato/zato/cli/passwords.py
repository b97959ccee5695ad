"""Passwords, which never come from the command line itself: others can read it, and the shell remembers it."""

from __future__ import annotations

from typing import TextIO

import click

from zato.core.errors import InvalidInput


def password_from(file: TextIO | None, prompt: str, *, repeat: bool = True) -> str:
    """The first line of a file, or what is typed without being shown, twice where it is a new one."""
    if file is None:
        return str(click.prompt(prompt, hide_input=True, confirmation_prompt=repeat, err=True))
    lines = file.read().splitlines()
    if len(lines) != 1:
        raise InvalidInput(
            f"{file.name} must have the password as its only line; it has {len(lines)} lines.", code="invalid-password"
        )
    return lines[0]
