"""Which names and addresses a machine that joins may have in its certificates. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Mapping
from shlex import quote

from zato.core.errors import InvalidInput
from zato.pki.certificate_names import COMPONENT_NAMES, check_host
from zato.pki.names import BROKER

PROGRAM_NAME = "program-name"
_HOSTS_MAX = 10
_LOOPBACK_NAMES = ("localhost", "localhost.localdomain", "ip6-localhost", "ip6-loopback")


def own_hosts(hosts: Collection[str], members: Mapping[str, int], holders: Mapping[str, str]) -> tuple[str, ...]:
    """Those that it asks for, each once and without loopback.

    Nobody gets a certificate for the name of another machine of the cluster, of a part of it, or of a program beside
    it: `members` are the numbers of the other servers by their hosts, and `holders` the names of certificates by the
    hosts that they were issued for, some of them wildcards. Raises InvalidInput.
    """
    if not hosts or len(hosts) > _HOSTS_MAX:
        raise InvalidInput(f"A server needs one to {_HOSTS_MAX} host names and addresses.")
    for host in hosts:
        check_host(host)
    own = tuple(dict.fromkeys(host for host in map(_plain, hosts) if not is_loopback(host)))
    others = {_plain(host): number for host, number in members.items()}
    taken = {_plain(host): holder for host, holder in holders.items() if not is_loopback(_plain(host))}
    for host in own:
        if COMPONENT_NAMES.fullmatch(host):  # components verify each other by these names
            raise InvalidInput(
                f"{host} is the name of a component of the cluster; the machine needs another one.",
                code="component-name",
            )
        if not _is_of_one_machine(host):
            raise InvalidInput(f"{host} is of no machine alone, and a server needs names and addresses of its own.")
        if host in others:
            raise _taken_by_server(host, others[host])
        holder = taken.get(host) or taken.get("*." + host.partition(".")[2])
        if holder is not None:
            raise _taken(host, holder)
    if not own:
        raise InvalidInput("A server needs a host name or an address that is not loopback.")
    return own


def is_loopback(host: str) -> bool:
    """Whether every machine calls itself so."""
    try:
        return ipaddress.ip_address(_plain(host)).is_loopback
    except ValueError:
        return host.lower() in _LOOPBACK_NAMES or host.lower().endswith(".localhost")


def _is_of_one_machine(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "*" not in host
    return not (address.is_unspecified or address.is_multicast or address == ipaddress.ip_address("255.255.255.255"))


def _plain(host: str) -> str:
    """The name or address as it is written in one way only, so that two that mean the same are equal."""
    try:
        address = ipaddress.ip_address(ipaddress.ip_address(host).packed)  # without a zone, as in certificates
    except ValueError:
        return host.lower().rstrip(".")
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def _taken(host: str, holder: str) -> InvalidInput:
    if COMPONENT_NAMES.fullmatch(holder) and holder != BROKER:
        return InvalidInput(
            f"{host} is the name of another machine of the cluster, or of all: the certificate {holder} is for it. "
            "Give this one names of its own.",
            code="host-taken",
        )
    return InvalidInput(
        f"{host} is a name of the program that has the certificate {holder}, and no other machine gets one for it. "
        "Give this one names of its own; where the program is gone, run on the first machine: "
        f"zato pki remove {quote(holder)}",
        code=PROGRAM_NAME,
    )


def _taken_by_server(host: str, server: int) -> InvalidInput:
    return InvalidInput(
        f"{host} is the name of another machine of the cluster, that of server {server}. Give this one its own, "
        "or run on the first machine, where this one is to have that server's place: zato server create --token "
        f"--replace {server}; where server {server} is gone: zato server remove {server}",
        code="host-taken",
    )
