"""On which of this machine's addresses its lighttpds and agents listen.

On loopback, as the balancer is on the same machine, until a server on another machine has joined the cluster. What is
open then stays open, also when it leaves, until somebody says otherwise by the setting `lighttpd_bind`.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Collection, Iterable

from zato.host.ports import from_here
from zato.host.settings import ClusterSettings

Addresses = tuple[str, ...]
_NAME = "localhost"
_LOOPBACK = {4: "127.0.0.1", 6: "::1"}


def at_start(cluster: ClusterSettings, *, is_open: bool) -> Addresses:
    """Of what is about to be started. `is_open`: for other machines, too, which it always is on one that has joined."""
    if cluster.lighttpd_bind:
        return (cluster.lighttpd_bind,)
    here = loopback_of(cluster.bind)
    if is_loopback(cluster.bind) or not (is_open or cluster.has_joined):
        return (here,)
    return (cluster.bind,) if is_everywhere(cluster.bind) else (here, cluster.bind)


def while_running(present: Addresses, wanted: Addresses, own: Iterable[str]) -> Addresses:
    """Of what listens on `present` and goes on, as a program cannot listen on all addresses beside one that it has.

    So where it is to listen on all of them, it is on each of the machine's `own` that is new. The next start makes
    that one again.
    """
    if not present:
        return wanted
    if any(map(is_everywhere, present)):
        return present
    more = [address for each in wanted for address in (_of_family(each, own) if is_everywhere(each) else (each,))]
    return tuple(dict.fromkeys((*present, *more)))


def is_open(addresses: Collection[str]) -> bool:
    """Whether other machines reach what listens there."""
    return not all(map(is_loopback, addresses))


def has_others(hosts: Iterable[str], names: Collection[str]) -> bool:
    """Whether any of the servers' hosts is another machine, or is reached like one; this one has the `names`."""
    return any(host not in names and not is_loopback(host) for host in hosts)


def here(cluster: ClusterSettings) -> str:
    """Where this machine reaches its own lighttpds and agents, however many addresses they listen on."""
    return from_here(cluster.lighttpd_bind) if cluster.lighttpd_bind else loopback_of(cluster.bind)


def own_names(cluster: ClusterSettings) -> frozenset[str]:
    """What this machine is called in the items of its servers."""
    return frozenset({*cluster.hosts, socket.gethostname()})


def loopback_of(bind: str) -> str:
    """Where this machine reaches itself, in the family of the address that its balancer listens on."""
    if is_loopback(bind):
        return bind
    try:
        return _LOOPBACK[ipaddress.ip_address(bind).version]
    except ValueError:
        return _LOOPBACK[4]


def is_loopback(address: str) -> bool:
    """Whether only this machine reaches it."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == _NAME


def is_everywhere(address: str) -> bool:
    """Whether it stands for all addresses of a family."""
    try:
        return ipaddress.ip_address(address).is_unspecified
    except ValueError:
        return False


def _of_family(everywhere: str, own: Iterable[str]) -> list[str]:
    version = ipaddress.ip_address(everywhere).version
    return [address for address in own if ipaddress.ip_address(address).version == version]
