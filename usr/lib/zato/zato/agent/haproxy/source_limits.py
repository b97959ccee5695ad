"""What one source may take of the balancer at the same time."""

from __future__ import annotations

from dataclasses import dataclass

from zato.agent.errors import error_body, too_many
from zato.agent.haproxy.view import HaproxyView


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLimits:
    """Numbers for haproxy.cfg, and the bodies of the answers to what is beyond them."""

    connections: int
    closed_connections: int
    """From here on there is not even an answer."""
    bodies: dict[str, str]


def source_limits(view: HaproxyView, cid: str) -> SourceLimits:
    """The limits of this balancer; `cid` is HAProxy's expression for a request's correlation id. Pure."""
    # No source fills HAProxy, whatever it was told
    connections = min(view.source_connections_max, view.connections_max * 3 // 5)
    refused = {
        "connections": too_many(
            f"There are more than {connections} connections", "source_connections_max of the balancer"
        ),
        "requests": too_many(
            f"There are more than {view.source_requests_max} requests in progress",
            "source_requests_max of the balancer",
        ),
        "rate": too_many(
            f"There were more than {view.requests_max} requests in {view.requests_period_seconds} s",
            "requests_max of the balancer",
        ),
    }
    return SourceLimits(
        connections=connections,
        closed_connections=connections * 5 // 4,
        bodies={name: error_body(code, message, cid) for name, (code, message) in refused.items()},
    )
