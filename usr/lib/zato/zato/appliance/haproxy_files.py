"""HAProxy's files, rendered by the user that runs it."""

from __future__ import annotations

from zato.agent.haproxy import files as haproxy
from zato.agent.haproxy import server_states
from zato.host.layout import APPLIANCE_LAYOUT as LAYOUT
from zato.host.settings import load_cluster


def balancer() -> None:
    """HAProxy's configuration as its agent knew it last. Raises SetupError in HAProxy's words."""
    cluster = load_cluster(LAYOUT)
    haproxy.write(LAYOUT, haproxy.view_of(LAYOUT, cluster, haproxy.state_to_start_with(LAYOUT, cluster)))
    server_states.hand_over(LAYOUT)
