"""What the databases' own programs are told of the URL of an ODB: in files that only their user can read. Pure."""

from __future__ import annotations

from pathlib import Path

from zato.odb.address import Address, DatabaseTls, connect_arguments
from zato.sql.several_hosts import DatabaseHost
from zato.sql.verification import machines_authorities, mysql_needs_authorities

SERVICE = "zato"


def postgresql_files(address: Address, tls: DatabaseTls | None, password_file: str) -> tuple[str, str]:
    """A service file and a password file, as libpq reads them."""
    url = address.url
    values: dict[str, object] = {"host": url.host, "port": url.port, "user": url.username, "dbname": url.database}
    values |= {name: value for name, value in connect_arguments(address, tls).items() if name != "options"}
    values |= url.query
    values["passfile"] = password_file
    lines = [f"{name}={_line(value)}" for name, value in values.items() if value is not None]
    secret = (url.password or "").replace("\\", "\\\\").replace(":", "\\:")
    return f"[{SERVICE}]\n" + "\n".join(lines) + "\n", f"*:*:*:*:{secret}\n" if url.password else ""


def mysql_file(address: Address, tls: DatabaseTls | None, host: DatabaseHost | None) -> str:
    """An option file, as MariaDB's and MySQL's programs read it; `host` is the one of several that is used."""
    url = address.url
    query = {name: str(value) for name, value in url.query.items()}
    values: dict[str, str | None] = {
        "host": host.name if host is not None else url.host,
        "port": str(host.port if host is not None else url.port or 3306),
        "user": url.username,
        "password": url.password,
        "socket": query.get("unix_socket"),
        # Else "localhost" would be a socket at a place of their own
        "protocol": "socket" if "unix_socket" in query else "tcp",
        "ssl-ca": query.get("ssl_ca"),
        "ssl-cert": query.get("ssl_cert"),
        "ssl-key": query.get("ssl_key"),
    }
    if tls is None and mysql_needs_authorities(url, address.hosts):
        tls = DatabaseTls(Path(machines_authorities()))
    if tls is not None:
        values["ssl-ca"] = str(tls.ca_certificate)
        if tls.certificate is not None:
            values |= {"ssl-cert": str(tls.certificate), "ssl-key": str(tls.key)}
    lines = [f"{name}={_quoted(value)}" for name, value in values.items() if value]
    if values["ssl-ca"]:
        lines.append("ssl-verify-server-cert")
    return "[client]\n" + "\n".join(lines) + "\n"


def _line(value: object) -> str:
    return str(value).replace("\n", " ")


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'
