"""What each database driver is told about TLS and limits on time."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import URL

from zato.config.kinds import OutgoingSql
from zato.connector.tls import client_context
from zato.sql.verification import is_beyond_this_machine, machines_authorities

# What libpq would else look for at home, and offer to whatever database an item names: passwords, a certificate
_NOT_OF_THIS_USER = {"passfile": "/nonexistent", "sslcert": "/nonexistent"}

_ORACLE_TLS_PORT = 2484


@dataclass(slots=True)
class Arguments:
    """Arguments of the driver's connect function; the descriptors stay open as long as it may be called."""

    connect: dict[str, Any] = field(default_factory=dict)
    descriptors: list[int] = field(default_factory=list)

    def close(self) -> None:
        while self.descriptors:
            os.close(self.descriptors.pop())


def arguments_for(url: URL, value: OutgoingSql) -> Arguments:
    """Raises ValueError and ssl.SSLError where the item's authorities cannot be loaded."""
    arguments = Arguments()
    strict = value.strict_certificates
    verified = value.ca_certificate is not None or strict or _needs_verification(url)
    seconds = value.timeout_seconds
    match url.get_backend_name():
        case "postgresql":
            # libpq takes whole seconds, at least two
            arguments.connect = {"connect_timeout": max(2, round(seconds)), **_NOT_OF_THIS_USER}
            if verified:
                arguments.connect |= {"sslmode": "verify-full", "sslrootcert": _authorities(value, arguments)}
        case "mysql" | "mariadb":
            arguments.connect = dict.fromkeys(("connect_timeout", "read_timeout", "write_timeout"), seconds)
            # Else a server may ask for any file that this process can read; the URL has no say in it
            arguments.connect["local_infile"] = False
            if "charset" not in url.query:
                arguments.connect["charset"] = "utf8mb4"
            if verified:
                arguments.connect["ssl"] = client_context(value.ca_certificate, strict=strict)
        case "oracle":
            arguments.connect = {"tcp_connect_timeout": seconds}
            if value.ca_certificate is not None and url.drivername == "oracle+oracledb":
                arguments.connect |= {
                    "dsn": _oracle_over_tls(url),
                    "ssl_context": client_context(value.ca_certificate, strict=strict),
                    "ssl_server_dn_match": True,
                }
    return arguments


def _oracle_over_tls(url: URL) -> str:
    """A connect descriptor: a URL has no way to say so, and a context alone does not make it TLS."""
    service = url.query.get("service_name")
    database = f"(SERVICE_NAME={service})" if service else f"(SID={url.database})"
    address = f"(ADDRESS=(PROTOCOL=tcps)(HOST={url.host})(PORT={url.port or _ORACLE_TLS_PORT}))"
    return f"(DESCRIPTION={address}(CONNECT_DATA={database}))"


def _needs_verification(url: URL) -> bool:
    """Whether TLS is asked for though the item names no authorities: beyond this machine, unless the URL says how."""
    if any(name.startswith("ssl") for name in url.query):
        return False
    return is_beyond_this_machine(url)


def _authorities(value: OutgoingSql, arguments: Arguments) -> str:
    if value.ca_certificate is None:
        return machines_authorities()
    # libpq reads it from a file for each connection that is opened; this one needs no place on a disk
    descriptor = os.memfd_create("authorities", os.MFD_CLOEXEC)
    arguments.descriptors.append(descriptor)
    with open(descriptor, "w", encoding="utf-8", closefd=False) as file:
        file.write(value.ca_certificate)
    return f"/proc/self/fd/{descriptor}"
