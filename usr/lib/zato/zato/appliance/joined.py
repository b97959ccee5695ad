"""The certificates of a machine that has joined a cluster are renewed: root's work."""

from __future__ import annotations

import sys

from zato.appliance import certificates
from zato.appliance.create import exclusive
from zato.cluster.member import cluster_of, renewed
from zato.host.layout import APPLIANCE_LAYOUT as LAYOUT
from zato.host.settings import load_cluster


def renew() -> None:
    """Renews what is due; lighttpd's agent sees the new certificate by itself."""
    if LAYOUT.settings.exists() and load_cluster(LAYOUT).has_joined and certificates.due(LAYOUT):
        renew_now()


def renew_now() -> None:
    """Renews all certificates of this machine. Raises SetupError that says what to do where the cluster refuses."""
    number = certificates.joined_number(LAYOUT)
    got = renewed(cluster_of(LAYOUT), LAYOUT, number)
    with exclusive():
        certificates.keep(LAYOUT, number, got.certificates, got.keys)
    print(f"Renewed: the certificates of server {number}", file=sys.stderr)  # noqa: T201 - for the journal
