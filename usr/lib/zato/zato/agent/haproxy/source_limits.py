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


def connections_of_source(wanted: int, connections_max: int) -> int:
    """No source fills HAProxy, which has so many connections at most, whatever it was told. Pure."""
    return min(wanted, connections_max * 3 // 5)


def source_limits(view: HaproxyView, cid: str) -> SourceLimits:
    """The limits of this balancer; `cid` is HAProxy's expression for a request's correlation id. Pure."""
    connections = connections_of_source(view.balancer.source_connections_max, view.connections_max)
    refused = {
        "connections": too_many(
            f"There are more than {connections} connections", "source_connections_max of the balancer"
        ),
        "requests": too_many(
            f"There are more than {view.balancer.source_requests_max} requests in progress",
            "source_requests_max of the balancer",
        ),
        "rate": too_many(
            f"There were more than {view.balancer.requests_max} requests in {view.balancer.requests_period_seconds} s",
            "requests_max of the balancer",
        ),
    }
    return SourceLimits(
        connections=connections,
        closed_connections=connections * 5 // 4,
        bodies={name: error_body(code, message, cid) for name, (code, message) in refused.items()},
    )
