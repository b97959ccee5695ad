"""What HAProxy and lighttpd themselves say of the files that they would be started with next."""

from __future__ import annotations

from collections.abc import Iterator
from shlex import quote

from zato.agent.haproxy import files as haproxy
from zato.agent.haproxy.file_set import frame_in
from zato.agent.lighttpd import files as lighttpd
from zato.core.errors import ZatoError
from zato.doctor.finding import Finding, of_error
from zato.host.layout import Layout
from zato.host.settings import load_cluster
from zato.pki.names import lighttpd_name


def check(layout: Layout, numbers: list[int], *, balancer: bool) -> Iterator[Finding]:
    """Configuration in place: each program's own validator, as the user who runs it and has its keys; by root only."""
    again = "systemctl restart {}" if layout.is_appliance else f"zato quickstart start {quote(str(layout.root))}"
    if balancer:
        yield from _check_balancer(layout, again)
    for number in numbers:
        try:
            lighttpd.check(layout.server(number), layout.pki / f"{lighttpd_name(number)}.crt")
        except ZatoError as error:
            yield of_error(error, again.format(f"zato-lighttpd@{number}"))


def _check_balancer(layout: Layout, again: str) -> Iterator[Finding]:
    cluster = load_cluster(layout)
    try:
        haproxy.check_in_place(layout)
        wanted = haproxy.wanted(layout, haproxy.view_of(layout, cluster, haproxy.state_to_start_with(layout, cluster)))
        found = haproxy.in_place(layout)
    except ZatoError as error:
        yield of_error(error, again.format("zato-haproxy"))
    else:
        if found is None or frame_in(found) != frame_in(wanted):
            yield Finding("HAProxy goes by earlier settings than those there are now.", "zato balancer reload")
