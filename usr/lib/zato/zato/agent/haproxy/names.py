"""Where HAProxy's own sockets are."""

from __future__ import annotations

from pathlib import Path

from zato.host.layout import Layout


def master_socket(layout: Layout) -> Path:
    """Where HAProxy's master process answers, on an appliance; it passes on to its worker what starts with `@1`."""
    return layout.haproxy_socket.with_name("master.sock")
