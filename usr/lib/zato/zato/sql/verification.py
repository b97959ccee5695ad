"""Whether the certificate of a database is to be verified though nobody said so, and by which authorities. Pure."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import URL

from zato.sql.several_hosts import DatabaseHost

_DEBIANS_AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")


def is_beyond_this_machine(url: URL, hosts: Sequence[DatabaseHost] = ()) -> bool:
    """Whether the database is reached over a network, rather than by loopback or a unix socket."""
    if "unix_socket" in url.query:
        return False
    named = [url.host or "", *(host.name for host in hosts), *(_words(url, "host")), *(_words(url, "hostaddr"))]
    return any(_is_remote(host) for host in named)


def machines_authorities() -> str:
    """The file of the authorities that this machine trusts: a library inside of a driver's wheel does not know it."""
    return str(_DEBIANS_AUTHORITIES if _DEBIANS_AUTHORITIES.exists() else ssl.get_default_verify_paths().cafile)


def postgresql_options(url: URL, hosts: Sequence[DatabaseHost] = ()) -> dict[str, str]:
    """libpq's own words: verified beyond this machine, or where authorities are named, unless the URL has `sslmode`."""
    if "sslmode" in url.query:
        verified = str(url.query["sslmode"]).startswith("verify-")
        return {"sslrootcert": machines_authorities()} if verified else {}
    if is_beyond_this_machine(url, hosts) or "sslrootcert" in url.query:
        return {"sslmode": "verify-full", "sslrootcert": machines_authorities()}
    return {}


def mysql_needs_authorities(url: URL, hosts: Sequence[DatabaseHost] = ()) -> bool:
    """Whether this machine's authorities are to be used: the URL names none, and does not renounce TLS either."""
    said = {"ssl_ca", "ssl_capath", "ssl_disabled"} & set(url.query)
    return is_beyond_this_machine(url, hosts) and not said


def remedy(dialect: str) -> str:
    """What to do where the certificate could not be verified."""
    if dialect == "postgresql":
        name, without = "sslrootcert", "sslmode=disable"
    else:
        name, without = "ssl_ca", "ssl_disabled=true"
    return (
        f"Name the CA that issued the database's certificate in the URL, ?{name}=/path/to/ca.crt, and a host name that "
        f"the certificate is for; only where the network itself is safe, go without TLS by ?{without}"
    )


def _words(url: URL, name: str) -> list[str]:
    value = url.query.get(name, ())
    values = (value,) if isinstance(value, str) else value
    return [word for each in values for word in each.split(",")]


def _is_remote(host: str) -> bool:
    # libpq takes what starts with @ for an abstract unix socket
    if not host or host.startswith(("/", "@")) or host == "localhost":
        return False
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return True
