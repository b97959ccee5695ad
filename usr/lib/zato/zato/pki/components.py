"""Certificates that every cluster has."""

from __future__ import annotations

from zato.core.clock import Clock, SystemClock
from zato.pki.authority import BALANCER_NAME, Authority, Usage
from zato.pki.certificate_names import COMPONENT_NAMES, is_name
from zato.pki.certificates import hosts_of, is_pair, load_certificate
from zato.pki.names import (
    ADMIN,
    BALANCER,
    BALANCER_AGENT,
    BALANCER_CLIENT,
    CONSOLE,
    CONSOLE_EDGE,
    LOOPBACK,
    PUBLIC,
    lighttpd_agent_name,
    lighttpd_name,
    server_name,
)
from zato.pki.renewal import due


def renewed_by_the_cluster(name: str) -> bool:
    """Whether the cluster itself renews this certificate: its components' and the command line's, not clients'."""
    return name == ADMIN or (name not in ("ca", PUBLIC) and COMPONENT_NAMES.fullmatch(name) is not None)


def issue_missing(
    authority: Authority, *, hosts: tuple[str, ...], servers: int, clock: Clock | None = None
) -> list[str]:
    """Issues what a cluster with `servers` servers lacks, and says what it issued: missing, unusable, or due.

    `hosts` are the names and addresses that clients use; those of this machine itself are added. A certificate that
    is fine but for other hosts is issued again too.
    """
    names = tuple(dict.fromkeys((*hosts, *LOOPBACK)))
    now = (clock or SystemClock()).now()
    issued = []

    def missing(name: str, wanted: tuple[str, ...] = ()) -> bool:
        path = authority.directory / f"{name}.crt"
        if is_pair(path):
            certificate = load_certificate(path)
            if not due(now, certificate) and set(wanted) <= set(hosts_of(certificate)):
                return False
        issued.append(name)
        return True

    if missing(BALANCER, names):
        authority.issue(BALANCER, usage=Usage.SERVER, hosts=names, common_name=next(filter(is_name, names)))
    if missing(BALANCER_CLIENT):
        authority.issue(BALANCER_CLIENT, usage=Usage.CLIENT, common_name=BALANCER_NAME)
    if missing(BALANCER_AGENT, names):
        authority.issue(BALANCER_AGENT, usage=Usage.SERVER, hosts=names, common_name=BALANCER_AGENT)
    if missing(CONSOLE_EDGE, names):
        authority.issue(CONSOLE_EDGE, usage=Usage.SERVER, hosts=names, common_name=CONSOLE_EDGE)
    if missing(CONSOLE):
        authority.issue(CONSOLE, usage=Usage.CLIENT)
    servers_of_tls = (*map(lighttpd_name, range(1, servers + 1)), *map(lighttpd_agent_name, range(1, servers + 1)))
    for name in servers_of_tls:
        if missing(name, (*names, name)):
            authority.issue(name, usage=Usage.SERVER, hosts=(*names, name), common_name=name)
    for name in map(server_name, range(1, servers + 1)):
        if missing(name):
            authority.issue(name, usage=Usage.CLIENT)
    if missing(ADMIN):
        authority.issue_client(ADMIN, replace=True)
    return issued
