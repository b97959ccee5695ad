"""What HAProxy and lighttpd themselves say of the files that they would be started with next."""

from __future__ import annotations

from collections.abc import Iterator

from zato.agent.haproxy import files as haproxy
from zato.agent.lighttpd import files as lighttpd
from zato.agent.program import validate
from zato.core.errors import ZatoError
from zato.doctor.finding import Finding, of_error
from zato.host.layout import Layout
from zato.host.programs import program
from zato.host.settings import load_cluster, load_server
from zato.pki.components import lighttpd_name


def check(layout: Layout, numbers: list[int], *, balancer: bool) -> Iterator[Finding]:
    """Configuration in place: each program's own validator. HAProxy's needs the keys, so it has to be run by root."""
    again = "systemctl restart {}" if layout.is_appliance else f"zato quickstart start {layout.root}"
    if balancer:
        yield from _check_balancer(layout, numbers, again)
    for number in numbers:
        try:
            lighttpd.check(layout.server(number), layout.pki / f"{lighttpd_name(number)}.crt")
        except ZatoError as error:
            yield of_error(error, again.format(f"zato-lighttpd@{number}"))


def _check_balancer(layout: Layout, numbers: list[int], again: str) -> Iterator[Finding]:
    limits = [load_server(layout, number).max_body_bytes for number in numbers]
    view = haproxy.view_of(layout, load_cluster(layout), body_bytes_max=max(limits, default=1024))
    try:
        validate(haproxy.PROGRAM, [program(haproxy.PROGRAM), "-c", "-f", str(haproxy.configuration(layout))])
    except ZatoError as error:
        yield of_error(error, again.format("zato-haproxy"))
    else:
        if not haproxy.is_current(layout, view):
            how = "systemctl reload zato-haproxy" if layout.is_appliance else again
            yield Finding("HAProxy goes by earlier settings than those there are now.", how)
