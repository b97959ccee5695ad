"""What libpq says where a host name stands for several addresses, such as localhost: a line for each of them. Pure."""

from __future__ import annotations

_ATTEMPT = "connection to server "
# Nobody has answered there
_SILENT = (
    "Connection refused",
    "No route to host",
    "Network is unreachable",
    "Cannot assign requested address",
    "Address family not supported",
)
_LATE = "timeout expired"


def telling_line(text: str) -> str:
    """The line of the address that came the furthest; the first line where there are no such lines."""
    lines = text.strip().splitlines() or [""]
    return max([line for line in lines if line.startswith(_ATTEMPT)] or lines[:1], key=_how_far)


def _how_far(line: str) -> int:
    if any(sign in line for sign in _SILENT):
        return 0
    return 1 if _LATE in line else 2
