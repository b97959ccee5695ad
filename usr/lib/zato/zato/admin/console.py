"""The clusters that the console manages, and how each of them is asked."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings

from zato.admin.guarded import GuardedTransport
from zato.client.api import ApiClient
from zato.client.balancer import console_transports, url_of
from zato.client.transport import Transport
from zato.host.layout import Layout
from zato.host.settings import ClusterSettings


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster, as whom it is asked decided by each caller: the connections are shared, credentials are not."""

    name: str
    url: str
    people: Transport
    """Shows no certificate: what is asked through it is asked by whoever has signed in."""
    own: Transport
    """Shows the console's certificate, which may read."""
    identity: str = ""
    """Another one for another cluster that is called the same."""

    def as_console(self) -> ApiClient:
        """For the live state, whoever looks at it."""
        return ApiClient(self.own)

    def as_nobody(self) -> ApiClient:
        """For what a token in the request itself decides."""
        return ApiClient(self.people)

    def as_person(self, token: str) -> ApiClient:
        """By the token of a person's session."""
        return ApiClient(self.people, authorization=f"Bearer {token}")

    def with_password(self, user: str, password: str) -> ApiClient:
        """To open a session, and for nothing else."""
        encoded = base64.b64encode(f"{user}:{password}".encode()).decode("ascii")
        return ApiClient(self.people, authorization=f"Basic {encoded}")


@dataclass(frozen=True, slots=True)
class Console:
    """All of them by name; `home` is the one that the console belongs to."""

    clusters: Mapping[str, Cluster]
    home: Cluster


def make_console(layout: Layout, cluster: ClusterSettings, *, connections: int) -> Console:
    """The console of a cluster on this machine. Raises SetupError where its certificates are missing."""
    people, own = console_transports(layout, cluster, connections=connections)
    name = cluster.name
    home = Cluster(name, url_of(cluster), GuardedTransport(name, people), GuardedTransport(name, own))
    return Console({home.name: home}, home)


def console() -> Console:
    """The one of this process, which Django's settings hold since Django calls views with nothing else."""
    found: Console = settings.CONSOLE
    return found


def identity_of(name: str) -> str | None:
    """Of the cluster that is called so now; None where there is none."""
    cluster = console().clusters.get(name)
    return None if cluster is None else cluster.identity
