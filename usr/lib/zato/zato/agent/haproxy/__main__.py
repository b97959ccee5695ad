"""python -m zato.agent.haproxy --root DIR: keeps this machine's HAProxy as the ODB says, and looks after it."""

from __future__ import annotations

import sys
from wsgiref.types import WSGIApplication

from zato.agent.api.kept import KeptApi
from zato.agent.api.server import ApiServer
from zato.agent.haproxy.leniency import Leniency
from zato.agent.haproxy.reconciler import HaproxyReconciler
from zato.agent.haproxy.running import RunningHaproxy
from zato.agent.haproxy.server_addresses import Addresses
from zato.agent.managed.unresponsive import UnresponsiveKiller, patience
from zato.cluster.odb_identity import identity_of
from zato.config.follower import LogFollower, PatientNotifier
from zato.config.kinds.balancer import BALANCER
from zato.config.kinds.server import SERVER
from zato.core.clock import SystemClock
from zato.core.errors import ZatoError
from zato.host.listening import Addresses as AddressesListenedOn
from zato.host.listening import at_start, has_others, own_names
from zato.host.logs import get_logger
from zato.host.process import cluster_process, or_end
from zato.host.secrecy import refuse_inspection
from zato.host.stopping import stop_event
from zato.host.watchdog import Watchdog
from zato.odb.change_notifier import PATIENT, ChangeNotifier
from zato.odb.log import ConfigurationLog
from zato.odb.opening import open_odb
from zato.pki.names import ADMIN, BALANCER_AGENT


def main() -> int:
    refuse_inspection()
    process = cluster_process("zato.agent.haproxy", "haproxy-agent", __doc__, patience)
    layout, cluster = process.layout, process.cluster
    with or_end():
        ours = identity_of(layout, None)
    clock = SystemClock()
    stop = stop_event()
    watchdog = Watchdog(clock)
    haproxy = RunningHaproxy.of(layout)
    addresses = Addresses(cluster, clock)
    reconciler = HaproxyReconciler(layout, cluster, haproxy, addresses, clock, stop)
    leniency = Leniency(haproxy, clock)
    killer = UnresponsiveKiller("haproxy", haproxy, clock, patience_seconds=process.arguments.patience)

    def application() -> WSGIApplication:
        from zato.agent.api import haproxy as api

        return api.application(layout, reconciler)

    server = ApiServer(
        cluster.haproxy_agent_port,
        certificate=layout.pki / f"{BALANCER_AGENT}.crt",
        ca=layout.ca_certificate,
        allowed={ADMIN},
        application=application,
    )
    own = own_names(cluster)

    def listening() -> AddressesListenedOn:
        others = has_others((each.host for each in reconciler.desired.servers), own)
        return at_start(cluster, is_open=others)

    try:
        server.listen(listening())
    except ZatoError as error:
        get_logger("zato.agent.haproxy").error("The agent cannot start; trying again", reason=error.message)
        return 1

    api = KeptApi(server, clock)

    def tick() -> None:
        watchdog.turn()
        killer.turn()
        leniency.turn(answers=not killer.is_silent)
        if not killer.is_silent:  # it would not answer the reconciler either, and each question takes its time
            reconciler.turn()
        api.turn(listening())

    database = open_odb(cluster, ours=ours)
    follower = LogFollower(
        ConfigurationLog(database),
        PatientNotifier(ChangeNotifier(database, PATIENT)),
        clock,
        reconciler.follow,
        tick,
        kinds=(SERVER.name, BALANCER.name),
    )
    addresses.start(stop)
    watchdog.ready()
    follower.run(stop)
    return 0


if __name__ == "__main__":
    sys.exit(main())
