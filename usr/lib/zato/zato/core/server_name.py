"""Servers as people write them: `1` and `server-1` are the same one."""

from __future__ import annotations

import re

_WRITTEN = re.compile(r"(?:server-)?([1-9][0-9]{0,3})")


def number_of(text: str) -> int | None:
    """The server's number; None where the text is no server."""
    found = _WRITTEN.fullmatch(text)
    return None if found is None else int(found[1])


def name_of(text: str) -> str:
    """The name of the server's item, and of its process; what is no server stays as it is."""
    number = number_of(text)
    return text if number is None else f"server-{number}"
