"""Databases with several hosts, of which all, or one at a time, take changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import URL

from zato.core.errors import SetupError

_UNUSABLE = 2003  # MySQL's own number for a host that cannot be connected to


@dataclass(frozen=True, slots=True)
class DatabaseHost:
    """A name or address, and a port."""

    name: str
    port: int

    def __str__(self) -> str:
        return f"[{self.name}]:{self.port}" if ":" in self.name else f"{self.name}:{self.port}"


def hosts_of(url: URL, default_port: int) -> tuple[DatabaseHost, ...]:
    """The hosts that `?host=a:1&host=b:2` or `?host=a,b` names; the one before the database's name is the first.

    Raises SetupError where a port is no number.
    """
    named = [word for value in _values(url, "host") for word in value.split(",") if word]
    ports = [word for value in _values(url, "port") for word in value.split(",")]
    if any(word.startswith(("/", "@")) for word in named):
        return ()  # a unix socket's directory; libpq's own business
    hosts = [_parse(word, url.port or default_port) for word in named]
    if len(ports) == len(hosts):  # libpq's way: ports apart from the hosts
        hosts = [DatabaseHost(host.name, _port(port, url)) for host, port in zip(hosts, ports, strict=True)]
    first = [DatabaseHost(url.host, url.port or default_port)] if url.host else []
    return tuple(dict.fromkeys([*first, *hosts]))


def connect_to_writable(
    connect: Callable[..., Any], hosts: tuple[DatabaseHost, ...], arguments: dict[str, Any], driver: Any
) -> Any:
    """A connection to the first host, in the order of the URL, that accepts one and takes changes.

    `driver` is the DB-API module of MySQL's. Raises its OperationalError that says what was tried.
    """
    tried: list[str] = []
    for host in hosts:
        try:
            connection = connect(**arguments, host=host.name, port=host.port)
        except driver.OperationalError as error:
            tried.append(f"{host}: {error.args[-1]}")
            continue
        try:
            if is_writable(connection):
                return connection
            tried.append(f"{host}: it is read-only")
        except driver.Error as error:  # of Galera: a node that is not in touch with the others refuses to answer
            tried.append(f"{host}: {error.args[-1]}")
        connection.close()
    raise driver.OperationalError(_UNUSABLE, f"none of {len(hosts)} hosts can be used ({'; '.join(tried)})")


def is_writable(connection: Any) -> bool:
    """Whether the MySQL or MariaDB that this is a connection to takes changes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT @@global.read_only")
        (read_only,) = cursor.fetchone()
    return not read_only


def _parse(word: str, default_port: int) -> DatabaseHost:
    if word.startswith("["):
        name, _, rest = word[1:].partition("]")
        port = rest.removeprefix(":")
    elif word.count(":") > 1:  # an IPv6 address alone
        return DatabaseHost(word, default_port)
    else:
        name, _, port = word.partition(":")
    return DatabaseHost(name, _port(port, word) if port else default_port)


def _port(text: str, where: object) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        shown = where if isinstance(where, str) else "port"
        raise SetupError(
            f"The URL of the ODB has a host with a port that is none, {shown!r}; write ?host=a:5432&host=b:5432.",
            code="invalid-odb-url",
        )
    return int(text)


def _values(url: URL, name: str) -> tuple[str, ...]:
    value = url.query.get(name, ())
    return (value,) if isinstance(value, str) else tuple(value)
