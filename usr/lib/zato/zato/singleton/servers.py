"""Has HAProxy send requests to active servers only, without a reload."""

from __future__ import annotations

from pathlib import Path

from zato.config.balancing import kept_in_use, out_of_use
from zato.config.configuration import Configuration
from zato.core.errors import Unavailable
from zato.host.logs import get_logger
from zato.singleton.runtime_api import RuntimeApi

_BACKEND = "servers"
_FORCED_MAINTENANCE = 0x01  # the one of HAProxy's administrative states that `state maint` sets


class BalancedServers:
    """HAProxy's servers, and which of them it is told to leave alone. Raises Unavailable where it does not answer."""

    def __init__(self, admin_socket: Path) -> None:
        self._api = RuntimeApi(admin_socket)

    def in_maintenance(self) -> dict[str, bool]:
        """All servers by name, and whether nothing new is sent to them."""
        lines = self._api.ask(f"show servers state {_BACKEND}").splitlines()
        header = next((line.split()[1:] for line in lines if line.startswith("#")), [])
        if not {"srv_name", "srv_admin_state"} <= set(header):
            raise Unavailable(f"HAProxy says nothing about its servers: {lines[:1]}.", code="balancer-away")
        name, state = header.index("srv_name"), header.index("srv_admin_state")
        rows = (line.split() for line in lines if len(line.split()) >= len(header) and not line.startswith("#"))
        return {row[name]: bool(int(row[state]) & _FORCED_MAINTENANCE) for row in rows}

    def use(self, name: str, *, wanted: bool) -> None:
        """Requests that the server has already go on to their end, whatever is wanted."""
        answer = self._api.ask(f"set server {_BACKEND}/{name} state {'ready' if wanted else 'maint'}")
        if answer:  # it says nothing where it has done it
            raise Unavailable(f"HAProxy refuses to change the state of {name}: {answer}", code="balancer-refuses")


class ServerKeeper:
    """Follows the configuration, and makes good what a HAProxy that was started or reloaded does not know."""

    def __init__(self, balancer: BalancedServers, configuration: Configuration | None) -> None:
        self._balancer = balancer
        self._configuration = configuration
        self._kept: str | None = None
        self._log = get_logger("zato.singleton")

    def follow(self, configuration: Configuration) -> None:
        """Works by this configuration from now on."""
        self._configuration = configuration
        self.step()

    def step(self) -> None:
        """Compares, and changes what differs. What fails is made up for by the next step."""
        if self._configuration is None:
            return
        try:
            found = self._balancer.in_maintenance()
            unwanted = out_of_use(self._configuration, found)
            for name, resting in found.items():
                if resting != (name in unwanted):
                    self._balancer.use(name, wanted=resting)
                    self._log.info("server_in_use" if resting else "server_out_of_use", name=name)
        except Unavailable:
            return  # it starts, or is away; who looks after certificates says so
        kept = kept_in_use(self._configuration, found)
        if kept is not None and kept != self._kept:
            self._log.warning("last_server_kept_in_use", name=kept, reason="All servers are inactive.")
        self._kept = kept
