"""Which cluster the command line talks to, and as whom."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

import click

from zato.cli import session_file
from zato.cli.home import trusted
from zato.cli.session_file import Login
from zato.core.errors import SetupError, Unavailable
from zato.core.own_principals import Component
from zato.host.layout import APPLIANCE, Layout

if TYPE_CHECKING:
    from zato.client.agents import BalancerAgentClient, EdgeAgentClient
    from zato.client.api import ApiClient


@dataclass(frozen=True, slots=True)
class Target:
    """Options that all commands share."""

    home: Path
    as_json: bool
    login: Login | None = None
    """The session that commands act in, where they are about a cluster elsewhere."""

    @property
    def layout(self) -> Layout:
        """Raises SetupError where it is a directory that somebody else has a say in, or a cluster elsewhere."""
        if self.login is not None:
            raise SetupError(
                f"This needs the cluster's own files, so it is for a machine of the cluster, and you are logged in to "
                f"{self.login.url}. For a cluster on this machine, name its directory with --home.",
                code="needs-cluster-files",
            )
        return Layout(trusted(self.home))

    def client(self) -> ApiClient:
        """The admin API, with this machine's admin certificate.

        A machine that has joined has none: through its own server's internal door it may look, and not change anything.
        """
        from zato.client.api import ApiClient
        from zato.client.balancer import admin_transport
        from zato.host.settings import load_cluster

        if self.login is not None:
            return ApiClient.of_session(self.login.url, self.login.token, ca=self.login.ca)
        cluster = load_cluster(self.layout)
        self._require_running()
        if cluster.has_joined:
            numbers = self.layout.server_numbers(cluster.servers)
            return ApiClient.over_socket(
                self.layout.server(numbers[0] if numbers else 1).internal_socket, principal=Component.HOST
            )
        return ApiClient(admin_transport(self.layout, cluster, hint=self._hint))

    def nobody(self) -> ApiClient:
        """The admin API for somebody whom the cluster does not know."""
        from zato.client.api import ApiClient
        from zato.client.balancer import anonymous_transport, joined_transport
        from zato.host.settings import load_cluster

        if self.login is not None:
            return ApiClient.over_https(self.login.url, ca=self.login.ca)
        cluster = load_cluster(self.layout)
        self._require_running()
        if cluster.has_joined:
            return ApiClient(joined_transport(self.layout.ca_certificate, cluster))
        return ApiClient(anonymous_transport(self.layout, cluster, hint=self._hint))

    def balancer(self) -> BalancerAgentClient:
        """The agent of this machine's HAProxy, with the admin certificate."""
        from zato.client.agents import BalancerAgentClient
        from zato.host.settings import load_cluster

        cluster = load_cluster(self.layout)
        self._require_running()
        return BalancerAgentClient.of_this_machine(self.layout, cluster, hint=self._agent_hint)

    def edge(self, number: int) -> EdgeAgentClient:
        """The agent of the lighttpd of this machine's server `number`, with the admin certificate."""
        from zato.client.agents import EdgeAgentClient
        from zato.host.settings import load_cluster

        hint = (
            f"Start it with: systemctl start zato-lighttpd-agent@{number}" if self.layout.is_appliance else self._hint
        )
        cluster = load_cluster(self.layout)
        self._require_running()
        return EdgeAgentClient.of_this_machine(self.layout, cluster, number, hint=hint)

    def _require_running(self) -> None:
        """Raises Unavailable where no cluster runs from the directory.

        One that was restored from a backup, or copied, has the ports and the CA of the original: that would answer.
        """
        from zato.quickstart.lock import RunLock

        if self.layout.is_appliance or RunLock(self.layout.lock).holder() is not None:
            return
        raise Unavailable(f"The cluster in {self.layout.root} does not run. {self._hint}", code="not-running")

    @property
    def has_balancer(self) -> bool:
        """Whether this machine has an HAProxy of the cluster's."""
        from zato.agent.haproxy.names import configuration

        if self.login is not None:
            return False
        return configuration(self.layout).exists()

    @property
    def _agent_hint(self) -> str:
        if self.layout.is_appliance:
            return "Start it with: systemctl start zato-haproxy-agent"
        return self._hint

    @property
    def _hint(self) -> str:
        return f"Start it with: zato quickstart start {quote(str(self.home))}"


def chosen(home: Path | None, *, as_json: bool) -> Target:
    """The directory that is named, ZATO_HOME, .zato in the current directory, a session, or the appliance's directory.

    In this order. A directory that is here goes before a session, so that nothing that is tried here is done elsewhere.
    """
    if home is None and os.environ.get("ZATO_HOME"):
        home = Path(os.environ["ZATO_HOME"])
    if home is None and Path(".zato").is_dir():
        home = Path(".zato")
    if home is not None:
        return Target(home, as_json)
    return Target(APPLIANCE, as_json, session_file.current())


pass_target = click.make_pass_decorator(Target)
