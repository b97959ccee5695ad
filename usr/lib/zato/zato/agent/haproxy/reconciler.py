"""Keeps HAProxy as the ODB, the cluster's certificates and the administrators' own files say it should be."""

from __future__ import annotations

import contextlib
import dataclasses
import threading
from collections.abc import Mapping
from pathlib import Path

from zato.agent.haproxy.certificate_watch import CertificateWatch
from zato.agent.haproxy.client_watch import ClientWatch
from zato.agent.haproxy.desired_state import DesiredState, balanced
from zato.agent.haproxy.file_set import file_sets, local_servers_in, servers_in, shows_public
from zato.agent.haproxy.following import FollowedState
from zato.agent.haproxy.local_sockets import LocalSockets, offered
from zato.agent.haproxy.names import configuration, desired_state_file, own_sources
from zato.agent.haproxy.reloading import ReloadableHaproxy
from zato.agent.haproxy.running import RunningHaproxy, Seen
from zato.agent.haproxy.runtime_plan import (
    FoundServer,
    RuntimePlan,
    after_adding,
    has_to_come_to_socket,
    runtime_plan,
)
from zato.agent.haproxy.server_addresses import Addresses
from zato.agent.haproxy.view import BalancedServer
from zato.agent.limits import connections_max
from zato.agent.managed.file_sets import digest
from zato.agent.managed.reconciler import FAILED_PAUSE_SECONDS, Reconciler
from zato.agent.managed.reloading import ReloadFailed
from zato.config.configuration import Configuration
from zato.core.clock import Clock
from zato.core.errors import SetupError, Unavailable
from zato.host.edge_figures import EdgeFigures
from zato.host.edge_figures import store as store_figures
from zato.host.layout import Layout
from zato.host.logs import get_logger
from zato.host.ports import from_here
from zato.host.settings import ClusterSettings
from zato.pki.public_files import balancer_file

_TURN_SECONDS = 0.2
# Where all was as it should be for a while: what changes by itself is files of administrators, and HAProxy's age
_QUIET_TURN_SECONDS = 1.0
_SETTLING_SECONDS = 5.0
# Changes that come one after the other are taken up together
_RELOAD_PAUSE_SECONDS = 1.0


class HaproxyReconciler(Reconciler):
    """`follow` and `turn` are called by one thread.

    Servers come, go and change their state through the Runtime API, and the files are written to match, so that a
    HAProxy that is started again begins with them. Everything else is a reload.
    """

    def __init__(
        self,
        layout: Layout,
        cluster: ClusterSettings,
        haproxy: RunningHaproxy,
        addresses: Addresses,
        clock: Clock,
        stop: threading.Event,
    ) -> None:
        edge = from_here(cluster.bind), cluster.lb_port
        super().__init__(ReloadableHaproxy(layout, haproxy, edge, clock, stop), file_sets(layout), clock)
        self._layout = layout
        self._cluster = cluster
        self._haproxy = haproxy
        self._followed = FollowedState(layout, cluster, addresses)
        self._sockets = LocalSockets(layout, cluster, clock, self._sockets_of_files())
        self._certificates = CertificateWatch(layout, clock)
        self._clients = ClientWatch(clock, self._store_figures)
        self._connections_max = connections_max()
        self._written_for = self._rendered_for()
        self._turn_at = self._reload_at = 0.0
        self._settles_until = clock.monotonic() + _SETTLING_SECONDS
        self._refused_command = ""
        self._log = get_logger("zato.agent.haproxy")

    @property
    def at_limits(self) -> tuple[str, ...]:
        """A sentence for each source that has reached a limit at this moment."""
        return self._clients.at_limits

    @property
    def limited(self) -> dict[str, int]:
        """How often each limit for one source has refused, ended or held up something since HAProxy's last reload."""
        figures = self._clients.figures
        return {} if figures is None else figures.limited

    @property
    def desired(self) -> DesiredState:
        """The part of the configuration that HAProxy follows, at this moment."""
        return self._followed.desired

    def validate(self) -> str:
        from zato.agent.haproxy import files

        view = files.view_of(self._layout, self._cluster, self.desired, self._sockets.used)
        wanted = files.wanted(self._layout, view)
        files.check(self._layout, view, wanted)
        return digest(wanted)

    def follow(self, configuration: Configuration) -> None:
        """Works by this configuration from now on."""
        self._followed.follow(configuration)
        self._turn_at = 0.0
        self._unsettled()
        self.turn()

    def turn(self) -> None:
        """Compares, and changes what differs. What fails is made up for by a later turn."""
        self._calls.answer()
        now = self._clock.monotonic()
        if now < self._turn_at:
            return
        self._turn_at = now + (_TURN_SECONDS if now < self._settles_until else self._quiet_turn_seconds())
        if self._followed.look_up():
            self._unsettled()
        self._write()
        try:
            seen = self._haproxy.look()
            self._change_servers(seen, now)
            self._certificates.turn(seen.worker, with_public=self._shows_public(seen))
            self._clients.turn(self._haproxy, self.desired.balancer, self._connections_max)
        except (Unavailable, SetupError) as error:
            self._failed(error)

    def _shows_public(self, seen: Seen) -> bool:
        present = self._sets.in_place()
        return present is not None and shows_public(present) and seen.worker.frame == self._sets.identity(present)

    def _store_figures(self, figures: EdgeFigures) -> None:
        # Figures are worth no failure of the agent's work
        with contextlib.suppress(OSError):
            store_figures(self._layout.edge_figures, figures)

    def _render(self) -> None:
        from zato.agent.haproxy import files  # rarely needed, and it takes megabytes

        if files.write(self._layout, files.view_of(self._layout, self._cluster, self.desired, self._sockets.used)):
            self._log.info("HAProxy's configuration was written", revision=self.desired.revision)

    def _say_files_stay(self, reason: str) -> None:
        self._log.error("HAProxy keeps its last files", reason=reason)

    def _basis(self) -> tuple[object, ...]:
        return (self.desired.without_revision(), *self._sockets.used.items(), *_versions(self._sources()))

    def _rendered_for(self) -> tuple[object, ...]:
        """What the files that are there follow from; nothing where something is newer than they are."""
        newest = max((path.stat().st_mtime_ns for path in self._sources() if path.exists()), default=0)
        desired, rendered = desired_state_file(self._layout), configuration(self._layout)
        if desired.exists():
            newest = max(newest, desired.stat().st_mtime_ns)
        present = self._sets.in_place()
        if present is None or rendered.stat().st_mtime_ns < newest:
            return ()
        servers = {server.name for server in balanced(self.desired, self._cluster, self._sockets.used)}
        return self._basis() if servers_in(present) == servers else ()

    def _sockets_of_files(self) -> dict[int, Path]:
        """What the files that are there go by: whoever was here before may have seen that a socket is not answered."""
        present, sockets = self._sets.in_place(), offered(self._layout, self._cluster)
        if present is None:
            return sockets
        local = local_servers_in(present)
        return {number: path for number, path in sockets.items() if f"server-{number}" in local}

    def _sources(self) -> list[Path]:
        clients = self._layout.pki / "clients"
        public = balancer_file(self._layout.pki)
        return [self._layout.ca_certificate, public, *sorted(clients.glob("*.crt")), *own_sources(self._layout)]

    def _change_servers(self, seen: Seen, now: float) -> None:
        """Where HAProxy has loaded the frame of the files that are in place; else it is reloaded."""
        present = self._sets.in_place()
        if present is None:
            return
        frame = self._sets.identity(present)
        if seen.worker.frame != frame:
            if now >= self._reload_at:
                self._take_up()
            return
        if frame != self._served:  # since before this agent, or somebody else has reloaded it
            self._sets.served(present)
            self._saw(present)
        wanted = balanced(self.desired, self._cluster, self._sockets.used)
        found = _servers(seen)
        if has_to_come_to_socket(found, local_servers_in(present)):
            if now >= self._reload_at:
                self._log.info("HAProxy is reloaded for its servers' sockets")
                self._take_up()
            return
        self._look_at_sockets(found)
        if not self._carry_out(runtime_plan(found, wanted), now):
            return
        if self._written_for:
            self._state = dataclasses.replace(
                self._state, revision=self.desired.revision, configuration=digest(present)
            )
        self._state = dataclasses.replace(self._state, failure=self._standing_failure())

    def _carry_out(self, plan: RuntimePlan, now: float) -> bool:
        """False where HAProxy refuses something, which a reload is to bring about."""
        try:
            for command in plan.commands:
                self._haproxy.tell(command)
            for server in plan.added:
                self._add(server)
        except Unavailable as error:
            if error.code != "balancer-refuses":
                raise
            # Such as a weight, where the algorithm takes none while it runs: the files have it
            if now >= self._reload_at:
                self._reload_for_servers(error)
            return False
        self._refused_command = ""
        for name in plan.removed:
            self._remove(name)
        if plan.commands or plan.added:
            self._unsettled()
            self._log.info("HAProxy's servers were changed", revision=self.desired.revision, commands=plan.commands)
        return True

    def _look_at_sockets(self, found: Mapping[str, FoundServer]) -> None:
        before = self._sockets.used
        down = (name.removeprefix("server-") for name, server in found.items() if not server.is_up)
        self._sockets.look(frozenset(int(number) for number in down if number.isdecimal()))
        if self._sockets.used != before or not self._sockets.is_settled:
            self._unsettled()

    def _add(self, server: BalancedServer) -> None:
        from zato.agent.haproxy import files, render

        view = files.view_of(self._layout, self._cluster, self.desired, self._sockets.used)
        self._haproxy.tell(f"add server {render.added(view, server)}", expected="New server registered")
        for command in after_adding(server):
            self._haproxy.tell(command)

    def _remove(self, name: str) -> None:
        """It has to be without connections for that, so it may take several turns."""
        self._unsettled()
        try:
            self._haproxy.tell(f"del server servers/{name}", expected="Server deleted")
        except Unavailable as error:
            self._log.debug("A server still has connections", server=name, reason=error.message)
        else:
            self._log.info("A server was removed from HAProxy", server=name)

    def _quiet_turn_seconds(self) -> float:
        return min(_QUIET_TURN_SECONDS, self.desired.balancer.client_rate_seconds / 4)

    def _unsettled(self) -> None:
        """Something has changed, which may take several turns."""
        self._settles_until = self._clock.monotonic() + _SETTLING_SECONDS

    def _take_up(self) -> None:
        self._unsettled()
        self._reload_at = self._clock.monotonic() + _RELOAD_PAUSE_SECONDS
        super()._take_up()

    def _reload_for_servers(self, error: Unavailable) -> None:
        """Once: what is refused after that, too, is looked at again after a while."""
        if self._refused_command != error.message:
            self._refused_command = error.message
            self._log.info("HAProxy is reloaded, as it refused a change of its servers", reason=error.message)
            self._take_up()
        else:
            self._log.error("HAProxy's servers cannot be changed; trying again", reason=error.message)
            self._failed(error)
            self._reload_at = self._clock.monotonic() + FAILED_PAUSE_SECONDS
            self._refused_command = ""

    def _failed(self, error: Exception) -> bool:
        self._unsettled()
        is_new = super()._failed(error)
        if is_new and isinstance(error, ReloadFailed):  # it is tried again every second or so
            self._log.error("HAProxy was not reloaded", reason=str(error))
        return is_new


def _versions(paths: list[Path]) -> list[tuple[str, int, int]]:
    return [(str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in paths if path.exists()]


def _servers(seen: Seen) -> Mapping[str, FoundServer]:
    if seen.servers is None:
        raise Unavailable("HAProxy says nothing of its servers.", code="balancer-away")
    return seen.servers
