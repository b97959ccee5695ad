"""What the balancer of this machine has limited: HAProxy's agent writes it, servers tell it in their metrics."""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import Struct

from zato.host.files import read_plain, write_atomically


class Limit(Struct, frozen=True):
    """`what` is written after a number; `settings` names the settings that decide, and whose they are."""

    what: str
    settings: str

    def __str__(self) -> str:
        return f"{self.what} ({self.settings})"


LIMITS = {
    "closed": Limit(
        "connections closed before anything was read",
        "source_connections_max and source_new_connections_max of the balancer",
    ),
    "connections": Limit(
        "requests on more connections than one source may have", "source_connections_max of the balancer"
    ),
    "requests": Limit(
        "requests beyond those that one source may have in progress", "source_requests_max of the balancer"
    ),
    "rate": Limit(
        "requests beyond those that one source may send", "requests_max and requests_period_seconds of the balancer"
    ),
    "passwords": Limit("requests after too many wrong passwords", "wrong_passwords_max of the balancer"),
    "turns": Limit("requests with a password that waited for their turn", "untried_passwords_max of the balancer"),
    "uploads": Limit("large bodies beyond one source's share", "a quarter of uploads_bytes_max of the server"),
    "space": Limit("large bodies for which there was no space", "uploads_bytes_max of the server"),
    "answers": Limit(
        "requests of a source that does not read its answers", "a quarter of uploads_bytes_max of the server"
    ),
    "slow": Limit(
        "requests ended since their bodies came too slowly", "client_rate_min and client_rate_seconds of the balancer"
    ),
}
"""For each reason why something is refused, ended or held up: what is counted, and which settings change it."""
_FRESH_SECONDS = 30.0


class EdgeFigures(Struct, frozen=True, kw_only=True):
    """`limited` counts by `LIMITS`, anew from each reload of HAProxy on; `at_limits` counts sources by setting."""

    at: float
    """When it was so: seconds since 1970."""
    limited: dict[str, int]
    at_limits: dict[str, int]


def store(path: Path, figures: EdgeFigures) -> None:
    """Replaces what is there; readers see one or the other. Raises OSError."""
    write_atomically(path, msgspec.json.encode(figures), mode=0o640, durable=False)


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
