"""Certificates that every cluster has."""

from __future__ import annotations

from zato.pki.authority import BALANCER_NAME, Authority, Usage

ADMIN = "admin"
"""Name of the command line's client certificate."""
BALANCER = "haproxy"
BALANCER_CLIENT = "haproxy-client"
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def lighttpd_name(number: int) -> str:
    """Name of the certificate of server `number`'s lighttpd."""
    return f"lighttpd-{number}"


def issue_missing(authority: Authority, *, hosts: tuple[str, ...], servers: int) -> list[str]:
    """Issues what is missing of the certificates of a cluster with `servers` servers, and says what it issued.

    `hosts` are the names and addresses that clients use; those of this machine itself are added.
    """
    names = tuple(dict.fromkeys((*hosts, *_LOOPBACK)))
    issued = []

    def missing(name: str) -> bool:
        if all((authority.directory / f"{name}.{end}").exists() for end in ("crt", "key")):
            return False
        issued.append(name)
        return True

    if missing(BALANCER):
        authority.issue(BALANCER, usage=Usage.SERVER, hosts=names, common_name=names[0])
    if missing(BALANCER_CLIENT):
        authority.issue(BALANCER_CLIENT, usage=Usage.CLIENT, common_name=BALANCER_NAME)
    for name in map(lighttpd_name, range(1, servers + 1)):
        if missing(name):
            authority.issue(name, usage=Usage.SERVER, hosts=(*names, name), common_name=name)
    if missing(ADMIN):
        authority.issue_client(ADMIN)
    return issued
