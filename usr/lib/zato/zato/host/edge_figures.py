"""What the balancer of this machine has limited: HAProxy's agent writes it, servers tell it in their metrics."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
from msgspec import Struct

from zato.host.files import read_plain

LIMITS = {
    "closed": "connections closed before anything was read",
    "connections": "requests on connections beyond source_connections_max",
    "requests": "requests beyond source_requests_max",
    "rate": "requests beyond requests_max",
    "passwords": "requests after too many wrong passwords",
    "turns": "requests with a password that waited for their turn",
    "uploads": "large bodies beyond a source's share",
    "space": "large bodies for which there was no space",
    "answers": "requests of a source that does not read its answers",
    "slow": "requests ended since their bodies came too slowly",
}
"""Why something is refused, ended or held up, and what is counted of it."""
_FRESH_SECONDS = 30.0


class EdgeFigures(Struct, frozen=True, kw_only=True):
    """`limited` counts by `LIMITS`, anew from each reload of HAProxy on; `at_limits` counts sources by setting."""

    at: float
    """When it was so: seconds since 1970."""
    limited: dict[str, int]
    at_limits: dict[str, int]


def store(path: Path, figures: EdgeFigures) -> None:
    """Replaces what is there; readers see one or the other. Raises OSError."""
    temporary = path.with_name(f".{path.name}.new")
    temporary.unlink(missing_ok=True)
    # Worth nothing after a power cut, so nothing waits for the disk
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640), "wb") as file:
        os.fchmod(file.fileno(), 0o640)
        file.write(msgspec.json.encode(figures))
    temporary.replace(path)


def load(path: Path, now: float) -> EdgeFigures | None:
    """None where there is none, or an old one: there is no balancer here, or its agent is away.

    It comes from a less trusted process: only what is known by name is taken.
    """
    try:
        figures = msgspec.json.decode(read_plain(path), type=EdgeFigures)
    except (OSError, msgspec.MsgspecError):
        return None
    if abs(now - figures.at) > _FRESH_SECONDS:
        return None
    known = {name: figures.limited.get(name, 0) for name in LIMITS}
    settings = {name: figures.at_limits.get(name, 0) for name in ("source_connections_max", "source_requests_max")}
    return msgspec.structs.replace(figures, limited=known, at_limits=settings)
