"""The host with PostgreSQL and RabbitMQ of Debian's packages, over TLS that the cluster's CA vouches for."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from support.chaos.fault_log import FaultLog
from support.hosts import Host

NAME = "data"
# Of the Debian that hosts have
_VERSION = 17
POSTGRESQL = f"postgresql@{_VERSION}-main"
RABBITMQ = "rabbitmq-server"
PACKAGES = (
    *("ca-certificates", "dbus", "iproute2", "openssl", "postgresql", "procps", "rabbitmq-server", "socat"),
    *("systemd", "systemd-sysv"),
)
_START_SECONDS = 120
# Both come back by themselves when one process is killed; when they are to stay away, they are stopped as well
_RESTART = "[Service]\nRestart=always\nRestartSec=1\n"
_POSTGRESQL = """\
listen_addresses = '*'
ssl = on
ssl_cert_file = '/etc/postgresql/tls/data.crt'
ssl_key_file = '/etc/postgresql/tls/data.key'
max_connections = 300
"""
_ACCESS = "local all postgres peer\nhostssl all all 0.0.0.0/0 scram-sha-256\n"


class DataHost:
    """Certificates are looked for in the CA's directory of the balancer's host."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.password = secrets.token_hex(16)

    def url(self, database: str) -> str:
        return f"postgresql+psycopg2://zato:{self.password}@{NAME}/{database}"

    def set_up_postgresql(self, pki: Path, *databases: str) -> None:
        """Of `pki` it takes data.crt and data.key."""
        tls = self.host.root / "etc/postgresql/tls"
        tls.mkdir()
        for name in ("data.crt", "data.key"):
            shutil.copy(pki / name, tls / name)
        place = self.host.root / f"etc/postgresql/{_VERSION}/main"
        (place / "conf.d/zato.conf").write_text(_POSTGRESQL)
        (place / "pg_hba.conf").write_text(_ACCESS)
        self._drop_in(POSTGRESQL)
        self.host.run(
            "chown -R postgres: /etc/postgresql/tls && chmod 600 /etc/postgresql/tls/data.key && "
            f"systemctl daemon-reload && systemctl restart {POSTGRESQL}",
            timeout=_START_SECONDS,
        )
        self.sql("postgres", f"CREATE ROLE zato LOGIN PASSWORD '{self.password}'")
        for database in databases:
            self.sql("postgres", f"CREATE DATABASE {database} OWNER zato")

    def set_up_rabbitmq(self, pki: Path, wanted: dict[str, Any]) -> None:
        """`wanted` is what `zato --json broker setup --print` says; it takes the same pair and ca.crt."""
        zato = self.host.root / "etc/rabbitmq/zato"
        zato.mkdir()
        for name, own in (("ca.crt", "ca.crt"), ("data.crt", "rabbitmq.crt"), ("data.key", "rabbitmq.key")):
            shutil.copy(pki / name, zato / own)
        (zato / "definitions.json").write_text(json.dumps(wanted["definitions"]))
        conf = self.host.root / "etc/rabbitmq/conf.d"
        conf.mkdir(exist_ok=True)
        (conf / "zato.conf").write_text(wanted["configuration"])
        self._drop_in(RABBITMQ)
        self.host.run(
            "chown -R rabbitmq: /etc/rabbitmq && systemctl daemon-reload && "
            f"rabbitmq-plugins enable --offline {' '.join(wanted['plugins'])} && systemctl restart {RABBITMQ}",
            timeout=_START_SECONDS,
        )

    def sql(self, database: str, statement: str) -> str:
        """What psql prints, as PostgreSQL's administrator."""
        script = f"cd / && su postgres -c 'psql -qtAX -v ON_ERROR_STOP=1 -d {database} -f -' <<'END'\n{statement};\nEND"
        return self.host.run(script).stdout.strip()

    @contextmanager
    def away(self, unit: str, log: FaultLog) -> Iterator[float]:
        """kill -9 of all its processes; it takes connections again when this is left. The time of the kill."""
        moment = log.note("kill -9, and away", host=NAME, unit=unit)
        # systemd is not to start it again: to stop it afterwards would wait for a start that is under way
        self.host.run(f"{_no_restart(unit)} systemctl daemon-reload; systemctl kill -s KILL {unit}")
        try:
            yield moment
        finally:
            self._bring_back(unit, log)

    def _bring_back(self, unit: str, log: FaultLog) -> None:
        log.note("start", host=NAME, unit=unit)
        port = 5432 if unit == POSTGRESQL else 5671
        self.host.run(
            f"rm -r {_directory('/run', unit)}; systemctl daemon-reload; systemctl reset-failed {unit}; "
            f"systemctl start {unit}; while ! (: </dev/tcp/127.0.0.1/{port}) 2>/dev/null; do sleep 0.05; done",
            timeout=_START_SECONDS,
        )
        log.note("back", host=NAME, unit=unit)

    def _drop_in(self, unit: str) -> None:
        directory = self.host.root / _directory("etc", unit)
        directory.mkdir(parents=True)
        (directory / "restart.conf").write_text(_RESTART)


def _directory(where: str, unit: str) -> str:
    return f"{where}/systemd/system/{unit}.service.d"


def _no_restart(unit: str) -> str:
    """Shell that keeps systemd from starting the unit again."""
    directory = _directory("/run", unit)
    return f"mkdir -p {directory}; printf '[Service]\\nRestart=no\\n' > {directory}/stays-away.conf;"
