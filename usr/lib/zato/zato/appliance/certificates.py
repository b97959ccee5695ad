"""Certificates on an appliance: issued by root, who alone has the CA's key; each private key is its user's alone."""

from __future__ import annotations

import re
import socket

from zato.appliance import owners
from zato.core.clock import SystemClock
from zato.host.layout import Layout
from zato.host.settings import ClusterSettings
from zato.pki.authority import Authority
from zato.pki.components import issue_missing, renewed_by_the_cluster
from zato.pki.renewal import list_certificates

_KEY_OWNERS = (
    (re.compile(r"haproxy(-client)?"), owners.BALANCER),
    (re.compile(r"lighttpd-[0-9]+"), owners.EDGE),
)


def issue(layout: Layout, cluster: ClusterSettings, servers: int) -> list[str]:
    """What a cluster with so many servers lacks is issued; its names."""
    owners.directory(layout.pki, owners.ROOT, 0o755)
    authority = Authority(layout.pki)
    if not authority.exists():
        authority.create(cluster.name)
    hosts = tuple(dict.fromkeys((*cluster.hosts, socket.gethostname())))
    issued = issue_missing(authority, hosts=hosts, servers=servers)
    _hand_over(layout)
    return issued


def renew_due(layout: Layout) -> list[str]:
    """What has lived two thirds of its life is issued again; its names."""
    clock = SystemClock()
    authority = Authority(layout.pki, clock)
    renewed = []
    readable, _ = list_certificates(layout.pki, clock.now())
    for status in readable:
        if status.due and renewed_by_the_cluster(status.name):
            authority.renew(status.name)
            renewed.append(status.name)
    _hand_over(layout)
    return renewed


def _hand_over(layout: Layout) -> None:
    for key in layout.pki.glob("*.key"):
        owner = next((owner for names, owner in _KEY_OWNERS if names.fullmatch(key.stem)), owners.ROOT)
        owners.give(key, owner, 0o400)
