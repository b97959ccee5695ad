"""Which database, with which driver, secured how: pure, from a URL to what the driver is called with."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, exc, make_url

from zato.core.errors import SetupError
from zato.host.tls import verifying_context
from zato.odb import url_parameters
from zato.sql.several_hosts import DatabaseHost, hosts_of
from zato.sql.verification import machines_authorities, mysql_needs_authorities, postgresql_options

CONNECT_SECONDS = 3
"""How long opening a connection may take, TLS and login included, for each address that the host name stands for."""
PING_SECONDS = 2
"""How long a pooled connection may take to show that it is alive."""
LOCK_SECONDS = 8
"""How long a statement waits for a lock that another transaction holds."""
STATEMENT_SECONDS = 10
"""How long one statement may take."""
TRANSACTION_SECONDS = 15
"""How long this process waits for a server that does not answer at all."""

_EXAMPLES = {
    "sqlite": "sqlite:////var/lib/zato/odb.sqlite",
    "postgresql": "postgresql+psycopg2://user:password@host:5432/database",
    "mysql": "mysql+pymysql://user:password@host:3306/database",
    "oracle": "oracle+oracledb://user:password@host:1521?service_name=name",
}
_PORTS = {"postgresql": 5432, "mysql": 3306}
_DRIVERS = {
    "sqlite": "sqlite",
    "sqlite+pysqlite": "sqlite",
    "postgresql+psycopg2": "postgresql",
    "mysql+pymysql": "mysql",
    "mariadb+pymysql": "mysql",
    "oracle+oracledb": "oracle",
    "oracle+cx_oracle": "oracle",
}


@dataclass(frozen=True, slots=True)
class DatabaseTls:
    """TLS to the database, its certificate and host name verified against `ca_certificate` (PEM).

    `certificate` and `key` (PEM) are this side's own identity, where the database asks for one.
    """

    ca_certificate: Path
    certificate: Path | None = None
    key: Path | None = None


@dataclass(frozen=True, slots=True)
class Address:
    """A checked URL; `dialect` is sqlite, postgresql, mysql (MariaDB too) or oracle.

    `hosts` are those of a database that has several, and `url` has none then.
    """

    url: URL
    dialect: str
    hosts: tuple[DatabaseHost, ...] = ()

    @property
    def label(self) -> str:
        """For messages: without the password, and of the options only the hosts."""
        plain = self.url.set(query={}).render_as_string(hide_password=True)
        if not self.hosts:
            return plain
        before, _, after = plain.partition("://")
        user, separator, rest = after.partition("/")
        names = ",".join(str(host) for host in self.hosts)
        return f"{before}://{user}{names}{separator}{rest}"


def has_password(url: str) -> bool:
    """Whether there is a password in what was given as a URL, be it one or not."""
    try:
        parsed = make_url(url)
    except (exc.ArgumentError, ValueError):
        return "@" in url
    return parsed.password is not None or any("passw" in name.lower() for name in parsed.query)


def parse(url: str) -> Address:
    """Raises SetupError where the URL is not one of a database, names no driver, or one that is not supported."""
    examples = ", ".join(_EXAMPLES.values())
    try:
        parsed = make_url(url)
    except (exc.ArgumentError, ValueError) as error:
        raise SetupError(
            f"The URL of the ODB is not one of a database; use one like {examples}.", code="invalid-odb-url"
        ) from error
    dialect = _DRIVERS.get(parsed.drivername)
    if dialect is None:
        raise SetupError(
            f"The URL of the ODB starts with {parsed.drivername!r}, which is not supported; use one like {examples}.",
            code="invalid-odb-url",
        )
    if dialect == "sqlite" and (not parsed.database or parsed.database == ":memory:"):
        raise SetupError(
            f"The URL of the ODB names no file, and several processes need the same one; use {_EXAMPLES['sqlite']}.",
            code="invalid-odb-url",
        )
    url_parameters.check(dialect, frozenset(parsed.query))
    if parsed.drivername == "mariadb+pymysql":
        parsed = parsed.set(drivername="mysql+pymysql")
    if dialect in _PORTS and "host" in parsed.query:
        return _with_hosts(parsed, dialect, hosts_of(parsed, _PORTS[dialect]))
    return Address(parsed, dialect)


def _with_hosts(url: URL, dialect: str, hosts: tuple[DatabaseHost, ...]) -> Address:
    if not hosts:
        return Address(url, dialect)
    query = {name: value for name, value in url.query.items() if name not in ("host", "port")}
    account = (url.drivername, url.username, url.password)
    if len(hosts) == 1:
        return Address(URL.create(*account, hosts[0].name, hosts[0].port, url.database, query), dialect)
    return Address(URL.create(*account, database=url.database, query=query), dialect, hosts)


def connect_arguments(address: Address, tls: DatabaseTls | None) -> dict[str, Any]:
    """What the driver is called with, beside what the URL says. A setting in the URL wins over one of ours.

    Without `tls` the certificates of PostgreSQL and MySQL are verified by this machine's authorities, unless the
    database is on this machine or the URL says otherwise.
    """
    match address.dialect:
        case "sqlite":
            arguments: dict[str, Any] = {"timeout": LOCK_SECONDS}
        case "postgresql":
            arguments = _postgresql(address, tls)
        case "mysql":
            arguments = _mysql(address, tls)
        case _:
            arguments = _oracle(address.url, tls)
    return {name: value for name, value in arguments.items() if name not in address.url.query}


def _postgresql(address: Address, tls: DatabaseTls | None) -> dict[str, Any]:
    arguments: dict[str, Any] = {
        "connect_timeout": CONNECT_SECONDS,
        "application_name": "zato",
        "options": f"-c statement_timeout={STATEMENT_SECONDS}s -c lock_timeout={LOCK_SECONDS}s"
        f" -c idle_in_transaction_session_timeout={TRANSACTION_SECONDS}s",
    }
    if tls is not None:
        arguments |= {"sslmode": "verify-full", "sslrootcert": str(tls.ca_certificate)}
        if tls.certificate is not None:
            arguments |= {"sslcert": str(tls.certificate), "sslkey": str(tls.key)}
    else:
        arguments |= postgresql_options(address.url, address.hosts)
    if address.hosts:
        arguments |= {
            "host": ",".join(host.name for host in address.hosts),
            "port": ",".join(str(host.port) for host in address.hosts),
            # A standby answers, too, and takes no changes
            "target_session_attrs": "read-write",
        }
    return arguments


def _mysql(address: Address, tls: DatabaseTls | None) -> dict[str, Any]:
    url = address.url
    arguments: dict[str, Any] = {
        "charset": "utf8mb4",
        "connect_timeout": CONNECT_SECONDS,
        # Holds for the greeting, TLS and login; afterwards the connection gets STATEMENT_SECONDS
        "read_timeout": CONNECT_SECONDS,
        "write_timeout": STATEMENT_SECONDS,
        "init_command": f"SET SESSION innodb_lock_wait_timeout={LOCK_SECONDS}",
    }
    if tls is None and mysql_needs_authorities(url, address.hosts):
        certificate, key = url.query.get("ssl_cert"), url.query.get("ssl_key")
        own = (Path(str(certificate)), Path(str(key or certificate))) if certificate else (None, None)
        tls = DatabaseTls(Path(machines_authorities()), *own)
    if tls is not None and "ssl_ca" not in url.query:  # of which the driver would make the same argument
        arguments["ssl"] = _context(tls)
    return arguments


def _oracle(url: URL, tls: DatabaseTls | None) -> dict[str, Any]:
    if url.drivername == "oracle+cx_oracle":  # goes through Oracle's client library, which has settings of its own
        return {}
    arguments: dict[str, Any] = {"tcp_connect_timeout": float(CONNECT_SECONDS), "retry_count": 0}
    if tls is not None:
        service = url.query.get("service_name") or url.database
        arguments |= {
            "dsn": f"tcps://{url.host}:{url.port or 2484}/{service}",
            "ssl_context": _context(tls),
            "ssl_server_dn_match": True,
        }
    return arguments


def _context(tls: DatabaseTls) -> ssl.SSLContext:
    try:
        context = verifying_context(ca_file=tls.ca_certificate)
        if tls.certificate is not None:
            context.load_cert_chain(tls.certificate, tls.key)
    except (OSError, ssl.SSLError) as error:
        raise SetupError(
            f"The TLS files for the ODB cannot be used ({tls.ca_certificate}): {error}. Name readable PEM files.",
            code="invalid-odb-tls",
        ) from error
    return context
