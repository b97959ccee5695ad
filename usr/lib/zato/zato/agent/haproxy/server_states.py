"""What HAProxy has found out about its servers, handed by the process that goes to the one that takes its place.

Without it, every server would be up at first, and down at its first health check that fails, however busy the machine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from zato.agent.haproxy.file_set import file_sets, ports_in
from zato.agent.haproxy.names import BACKEND, server_states_file
from zato.agent.haproxy.runtime_api import RuntimeApi
from zato.core.errors import Unavailable
from zato.host.files import write_atomically
from zato.host.layout import Layout

_NOTHING = "1"  # the version of the format is all that HAProxy insists on


def hand_over(layout: Layout) -> None:
    """Before a start or a reload with the files in place; where no HAProxy runs there is nothing to hand over."""
    try:
        states = RuntimeApi(layout.haproxy_socket).ask("show servers state")
    except Unavailable:
        states = _NOTHING
    files = file_sets(layout).in_place()
    _write(layout, states if files is None else with_ports(states, ports_in(files)))


def forget(layout: Layout) -> None:
    """After a reload: a HAProxy that is started later must not begin with what was true by then."""
    _write(layout, _NOTHING)


def with_ports(states: str, ports: Mapping[str, int]) -> str:
    """Servers of `ports` have theirs, where they were reached by a socket so far.

    HAProxy takes the port from here rather than from its configuration, and would go on by the port of a socket: 0.
    """
    lines = states.splitlines()
    header = next((line.split()[1:] for line in lines if line.startswith("#")), [])
    return "\n".join(_with_port(line, header, ports) for line in lines)


def _with_port(line: str, header: Sequence[str], ports: Mapping[str, int]) -> str:
    row = dict(zip(header, line.split(), strict=False))
    port = ports.get(row.get("srv_name", ""))
    # Sockets have no address
    if port is None or row.get("be_name") != BACKEND or row.get("srv_addr") != "-" or "srv_port" not in row:
        return line
    return " ".join({**row, "srv_port": str(port)}.values())


def _write(layout: Layout, states: str) -> None:
    path = server_states_file(layout)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_atomically(path, f"{states}\n".encode())
