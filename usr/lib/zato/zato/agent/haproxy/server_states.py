"""What HAProxy has found out about its servers, handed by the process that goes to the one that takes its place.

Without it, every server would be up at first, and down at its first health check that fails, however busy the machine.
"""

from __future__ import annotations

from zato.agent.haproxy.names import server_states_file
from zato.agent.haproxy.runtime_api import RuntimeApi
from zato.core.errors import Unavailable
from zato.host.files import write_atomically
from zato.host.layout import Layout

_NOTHING = "1"  # the version of the format is all that HAProxy insists on


def hand_over(layout: Layout) -> None:
    """Before a start or a reload; where no HAProxy runs there is nothing to hand over."""
    try:
        states = RuntimeApi(layout.haproxy_socket).ask("show servers state")
    except Unavailable:
        states = _NOTHING
    _write(layout, states)


def forget(layout: Layout) -> None:
    """After a reload: a HAProxy that is started later must not begin with what was true by then."""
    _write(layout, _NOTHING)


def _write(layout: Layout, states: str) -> None:
    path = server_states_file(layout)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_atomically(path, f"{states}\n".encode())
