"""Sources whose requests the balancer of this machine refuses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from zato.doctor.finding import Finding
from zato.host.edge_figures import load
from zato.host.layout import Layout

_HAVE = {
    "source_connections_max": "connections",
    "source_requests_max": "requests in progress",
}


def check(layout: Layout, now: datetime) -> Iterator[Finding]:
    """As HAProxy's agent tells it: whoever is refused is told with the answer, and others would like to know, too."""
    figures = load(layout.edge_figures, now.timestamp())
    if figures is None:
        return
    for setting, count in figures.at_limits.items():
        if count:
            has = "One source has" if count == 1 else f"{count} sources have each"
            yield Finding(
                f"{has} all the {_HAVE[setting]} that one may have ({setting} of the balancer); what is more is "
                "answered with 429, or closed.",
                "zato balancer status    # names them: attackers, or many clients behind one address",
            )
