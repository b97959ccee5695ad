"""A cluster of five hosts, made by the product's own commands: a balancer, three servers, and one for the data."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any

import urllib3

from support.appliance import answers
from support.chaos import services
from support.chaos.counters import Processing
from support.chaos.data_host import NAME as DATA
from support.chaos.data_host import PACKAGES, DataHost
from support.chaos.plan import Victim
from support.hosts import Host, NewHost
from support.root_file_systems import file_system
from support.waiting import eventually
from zato.client.api import ApiClient

BALANCER = "balancer"
SERVERS = {"first": 2, "second": 3, "third": 4}
"""Hosts with their servers' numbers. Server 1, the balancer's own, made the cluster: it is taken out and stopped."""
PREFETCH = 16
_PORT = 11223
_READY_SECONDS = 120
_PKI = "etc/zato/pki"


class ChaosCluster:
    """What scenarios look at and do; made by `running`."""

    def __init__(self, hosts: dict[str, Host]) -> None:
        self.hosts = hosts
        self.balancer = hosts[BALANCER]
        self.servers = {name: hosts[name] for name in SERVERS}
        self.data = DataHost(hosts[DATA])

    # Looking

    def pool(self) -> Any:
        """Clients on this machine, which is none of the cluster's; they keep their connections."""
        return urllib3.HTTPSConnectionPool(
            self.balancer.address,
            _PORT,
            ssl_context=self._context(),
            assert_hostname="localhost",
            maxsize=256,
            timeout=20,
        )

    def api(self) -> ApiClient:
        """The admin API as the administrator of the balancer's host."""
        pki = self.balancer.root / _PKI
        return ApiClient.over_https(
            f"https://{self.balancer.address}:{_PORT}",
            ca=pki / "ca.crt",
            certificate=pki / "admin.crt",
            key=pki / "admin.key",
        )

    def administrator(self) -> Any:
        """A client with the administrator's certificate."""
        context = self._context()
        pki = self.balancer.root / _PKI
        context.load_cert_chain(pki / "admin.crt", pki / "admin.key")
        return urllib3.HTTPSConnectionPool(
            self.balancer.address, _PORT, ssl_context=context, assert_hostname="localhost", timeout=20
        )

    def in_balancer(self) -> dict[str, str]:
        """HAProxy's word on each server, by host."""
        text = self.haproxy("show stat")
        rows = [line.split(",") for line in text.splitlines() if line.startswith("servers,server-")]
        states = {row[1]: row[17] for row in rows}
        return {name: states.get(f"server-{number}", "none") for name, number in SERVERS.items()}

    def gets_requests(self, name: str) -> bool:
        """Whether HAProxy still sends requests to a host's server, as it does in state `UP 1/4` before it is down."""
        return self.in_balancer()[name].startswith("UP")

    def haproxy(self, command: str) -> str:
        """What HAProxy's Runtime API answers."""
        with socket.socket(socket.AF_UNIX) as asking:
            asking.settimeout(5)
            asking.connect(str(self.balancer.path("/run/zato/haproxy/admin.sock")))
            asking.sendall(f"{command}\n".encode())
            return b"".join(iter(lambda: asking.recv(65536), b"")).decode()

    def modes(self) -> dict[str, str]:
        """What HAProxy itself was told of each server, by host: ready, drain or maint, of `show servers state`."""
        lines = [line.split() for line in self.haproxy("show servers state servers").splitlines() if line.strip()]
        names = next(line[1:] for line in lines if line[0] == "#")
        rows = [dict(zip(names, line, strict=False)) for line in lines if len(line) >= len(names) and line[0] != "#"]
        modes = {row["srv_name"]: _mode(int(row["srv_admin_state"])) for row in rows}
        return {name: modes.get(f"server-{number}", "none") for name, number in SERVERS.items()}

    def all_up(self) -> bool:
        return all(state == "UP" for state in self.in_balancer().values())

    def applied(self) -> dict[str, int]:
        """The lowest revision that a live worker of each host has applied; hosts without one are not there."""
        found = {}
        by_number = {number: name for name, number in SERVERS.items()}
        for server in self.api().status()["servers"]:
            revisions = [worker["applied_revision"] for worker in server["workers"] if worker["alive"]]
            if server["number"] in by_number and revisions:
                found[by_number[server["number"]]] = min(revisions)
        return found

    def has_everywhere(self, revision: int) -> bool:
        applied = self.applied()
        return applied.keys() == SERVERS.keys() and min(applied.values()) >= revision

    def processed(self, kind: str, scenario: str) -> list[Processing]:
        paths = [
            path
            for host in self.hosts.values()
            for path in (host.root / "var/lib/zato").glob(f"server-*/{services.LEDGER}")
        ]
        return services.read_ledgers(paths, kind, scenario)

    def main_pids(self) -> dict[str, str]:
        """Of Zato's units on all hosts, by host and unit."""
        script = (
            "for unit in $(systemctl list-units --plain --no-legend --state=active --type=service 'zato-*'"
            " | cut -d' ' -f1); do echo $unit $(systemctl show -p MainPID --value $unit); done"
        )
        found = {}
        for name in (BALANCER, *SERVERS):
            for line in self.hosts[name].run(script).stdout.splitlines():
                unit, pid = line.split()
                if pid != "0":
                    found[f"{name} {unit}"] = pid
        return found

    def victims(self) -> list[Victim]:
        """Every kind of process that the cluster lives by."""
        found = [
            Victim(name, unit.format(number), child)
            for name, number in SERVERS.items()
            for unit, child in (
                *(("zato-server@{}", False), ("zato-server@{}", True), ("zato-listener@{}", False)),
                *(("zato-lighttpd@{}", False), ("zato-lighttpd-agent@{}", False)),
                *(("zato-singleton@{}", False), ("zato-hotdeploy@{}", False)),
            )
        ]
        found += [Victim(BALANCER, "zato-haproxy"), Victim(BALANCER, "zato-haproxy", True)]
        found += [Victim(BALANCER, "zato-haproxy-agent")]
        found += [Victim(DATA, "postgresql@15-main"), Victim(DATA, "postgresql@15-main", True)]
        found += [Victim(DATA, "rabbitmq-server", True)]
        return found

    # Doing

    def settle(self, seconds: float = 60) -> None:
        """Until all servers are in the balancer and know the same. Raises AssertionError."""

        def settled() -> bool:
            try:
                return self.all_up() and len(set(self.applied().values())) == 1
            except Exception:  # noqa: BLE001 - whatever is not there yet is what is waited for
                return False

        assert eventually(settled, seconds), (self.in_balancer(), self.applied())

    def _context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.balancer.root / _PKI / "ca.crt"))


def _mode(bits: int) -> str:
    """Of HAProxy's srv_admin_state the bits of what `set server state` sets."""
    return "maint" if bits & 0x01 else "drain" if bits & 0x08 else "ready"


@contextmanager
def running(new_host: NewHost, say: Callable[[str], None]) -> Iterator[ChaosCluster]:
    """The cluster with the suite's services, for as long as the context lasts."""
    system = file_system("data", PACKAGES)
    names = (BALANCER, *SERVERS, DATA)
    with ExitStack() as stack:
        contexts = [new_host(name, system if name == DATA else None) for name in names]
        with ThreadPoolExecutor(len(names)) as threads:
            hosts = dict(zip(names, threads.map(stack.enter_context, contexts), strict=True))
        say("hosts have booted")
        _name_one_another(list(hosts.values()))
        cluster = ChaosCluster(hosts)
        _install(cluster, say)
        _to_postgresql(cluster)
        say("the ODB is PostgreSQL")
        _to_rabbitmq(cluster)
        say("the broker is RabbitMQ")
        for host in cluster.servers.values():
            _join(cluster, host)
            say(f"{host.name} has joined")
        _retire_first_server(cluster)
        _deploy(cluster)
        cluster.settle()
        say("the suite's services answer")
        yield cluster


def _name_one_another(hosts: Sequence[Host]) -> None:
    lines = "".join(f"{host.address} {host.name}\n" for host in hosts)
    for host in hosts:
        with (host.root / "etc/hosts").open("a") as file:
            file.write(lines)


def _install(cluster: ChaosCluster, say: Callable[[str], None]) -> None:
    """The cluster's first machine; the others get what a further server needs, and start nothing."""

    def packages(host: Host) -> None:
        which = "./*.deb" if host is cluster.balancer else "./zato-common_*.deb ./zato-server_*.deb"
        host.run(f"apt-get install -y {which}", timeout=300)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(packages, (cluster.balancer, *cluster.servers.values())))
    assert answers(cluster.balancer, _READY_SECONDS), cluster.balancer.run("journalctl -b -u 'zato-*'").stdout[-3000:]
    say("packages are installed")


def _restart_first(cluster: ChaosCluster) -> None:
    cluster.balancer.run("systemctl restart zato-server@1 zato-haproxy zato-haproxy-agent", timeout=180)
    assert answers(cluster.balancer, _READY_SECONDS), cluster.balancer.run("journalctl -b -u 'zato-*'").stdout[-3000:]


def _to_postgresql(cluster: ChaosCluster) -> None:
    """By a certificate of the cluster's CA for the data host, and `zato odb move`."""
    first, data = cluster.balancer, cluster.data
    first.run(f"zato pki issue-server data --host {DATA}")
    data.set_up_postgresql(first.root / _PKI, "zato", services.DATABASE)
    settings = first.root / "etc/zato/zato.toml"
    # Clients on this machine know it by its address
    named = settings.read_text().replace("hosts = [", f'hosts = ["{first.address}",')
    settings.write_text(f'odb_ca = "/{_PKI}/ca.crt"\n{named}')
    first.run(f"echo '{data.url('zato')}' | zato odb move", timeout=180)
    _restart_first(cluster)


def _to_rabbitmq(cluster: ChaosCluster) -> None:
    first = cluster.balancer
    wanted = json.loads(first.run("zato --json broker setup --print").stdout)
    cluster.data.set_up_rabbitmq(first.root / _PKI, wanted)
    settings = first.root / "etc/zato/zato.toml"
    settings.write_text(f'broker = "amqps://{DATA}:5671/zato"\n{settings.read_text()}')
    _restart_first(cluster)


def _join(cluster: ChaosCluster, host: Host) -> None:
    made = cluster.balancer.run(f"zato --json server create --token --address {cluster.balancer.address}")
    host.run(f"zato server join {json.loads(made.stdout)['token']}", timeout=300)


def _retire_first_server(cluster: ChaosCluster) -> None:
    """The three servers are those on hosts of their own. What is inactive is in no balancer, and then it is no more."""
    cluster.balancer.run("zato config set server server-1 active=false")
    assert eventually(cluster.all_up), cluster.in_balancer()
    cluster.balancer.run("systemctl disable --now zato-server@1", timeout=120)
    cluster.balancer.run("zato config delete server server-1")


def _deploy(cluster: ChaosCluster) -> None:
    api = cluster.api()
    cluster.data.sql(services.DATABASE, f"SET ROLE zato; {services.EFFECTS}")
    ca = (cluster.balancer.root / _PKI / "ca.crt").read_text()
    url = f"postgresql+psycopg2://{DATA}/{services.DATABASE}"
    value = {"url": url, "username": "zato", "password": cluster.data.password, "ca_certificate": ca}
    api.create_item("outgoing-sql", services.DATABASE, value)
    api.deploy(services.FILE, services.source())
    revisions = [
        int(api.create_item("channel-rest", name, services.channel(name, path, method))["revision"])
        for name, (path, method) in services.CHANNELS.items()
    ]
    assert eventually(lambda: cluster.has_everywhere(revisions[-1])), cluster.applied()
