"""The desired state as it follows from the configuration and from where servers' host names lead to at the moment."""

from __future__ import annotations

import msgspec

from zato.agent.haproxy.desired_state import DesiredState, desired_state_of, load, local_state, staying, store
from zato.agent.haproxy.server_addresses import Addresses
from zato.config.balancing import kept_in_use
from zato.config.configuration import Configuration
from zato.config.kinds.server import SERVER
from zato.host.layout import Layout
from zato.host.listening import here
from zato.host.logs import get_logger
from zato.host.settings import ClusterSettings


class FollowedState:
    """One thread calls it; `desired` is read by any. It begins with what was stored last."""

    def __init__(self, layout: Layout, cluster: ClusterSettings, addresses: Addresses) -> None:
        self._layout = layout
        self._cluster = cluster
        self._addresses = addresses
        self._configuration: Configuration | None = None
        self._desired = load(layout) or self._local()
        self._led_to = {server.host: server.address for server in self._desired.servers if server.address}
        self._kept_in_use: str | None = None
        self._log = get_logger("zato.agent.haproxy")

    @property
    def desired(self) -> DesiredState:
        """As of the last `look_up`."""
        return self._desired

    def follow(self, configuration: Configuration) -> None:
        """Goes by this configuration from now on."""
        self._configuration = configuration
        self.look_up()

    def look_up(self) -> bool:
        """Whether the state is another one. A host name may stand for something else with the same configuration."""
        configuration = self._configuration
        if configuration is None:
            return False
        hosts = {value.host for value in configuration.values(SERVER).values()}
        addresses = self._addresses.of(hosts, self._led_to)
        self._led_to = {host: address for host, address in addresses.items() if address}
        desired = staying(desired_state_of(configuration, addresses), self._desired, addresses)
        if not desired.servers:  # nothing could be asked to change that
            desired = msgspec.structs.replace(desired, servers=self._local().servers)
        is_another = desired.without_revision() != self._desired.without_revision()
        if is_another:
            store(self._layout, desired)
        self._desired = desired
        self._say_what_is_kept(configuration)
        return is_another

    def _local(self) -> DesiredState:
        return local_state(self._layout.server_numbers(self._cluster.servers), here(self._cluster))

    def _say_what_is_kept(self, configuration: Configuration) -> None:
        kept = kept_in_use(configuration, [f"server-{server.number}" for server in self._desired.servers])
        if kept is not None and kept != self._kept_in_use:
            self._log.warning(
                "The last server is kept in use", server=kept, reason="All servers are inactive or drain."
            )
        self._kept_in_use = kept
