"""Which names and addresses a machine that joins may have in its certificates. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Mapping

from zato.core.errors import InvalidInput
from zato.pki.authority import COMPONENT_NAMES, check_host
from zato.pki.names import LOOPBACK

_HOSTS_MAX = 10


def own_hosts(hosts: Collection[str], members: Mapping[str, int], balancer: Collection[str]) -> tuple[str, ...]:
    """Those that it asks for, each once and without loopback.

    Nobody gets a certificate for the name of another machine of the cluster, or of a part of it: `members` are the
    numbers of the other servers by their hosts, and `balancer` the hosts of HAProxy's certificate. Raises InvalidInput.
    """
    if not hosts or len(hosts) > _HOSTS_MAX:
        raise InvalidInput(f"A server needs one to {_HOSTS_MAX} host names and addresses.")
    for host in hosts:
        check_host(host)
    own = tuple(dict.fromkeys(host for host in map(_plain, hosts) if host not in LOOPBACK))
    others = {_plain(host): number for host, number in members.items()}
    taken = set(map(_plain, balancer)) - set(LOOPBACK)
    for host in own:
        if COMPONENT_NAMES.fullmatch(host):  # by these, components verify each other
            raise InvalidInput(
                f"{host} is the name of a component of the cluster; the machine needs another one.",
                code="component-name",
            )
        if host in others:
            raise _host_taken(host, others[host])
        if "*" in host or host in taken:
            raise InvalidInput(
                f"{host} is the name of another machine of the cluster, or of all; give this one names of its own.",
                code="host-taken",
            )
    if not own:
        raise InvalidInput("A server needs a host name or an address that is not loopback.")
    return own


def _plain(host: str) -> str:
    """The name or address as it is written in one way only, so that two that mean the same are equal."""
    try:
        address = ipaddress.ip_address(ipaddress.ip_address(host).packed)  # without a zone, as in certificates
    except ValueError:
        return host.lower()
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def _host_taken(host: str, server: int) -> InvalidInput:
    return InvalidInput(
        f"{host} is the name of another machine of the cluster, that of server {server}. Give this one its own, "
        "or run on the first machine, where this one is to have that server's place: zato server create --token "
        f"--replace {server}; where server {server} is gone: zato server remove {server}",
        code="host-taken",
    )
