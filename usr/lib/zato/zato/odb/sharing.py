"""Whether an ODB can be used by several machines, and what another machine needs of its settings. Pure."""

from __future__ import annotations

import ipaddress
from pathlib import Path

import msgspec
from sqlalchemy import URL, make_url

from zato.host.settings import ClusterSettings
from zato.odb.address import parse

_AUTHORITY = ("sslrootcert", "ssl_ca")
_FILES = (*_AUTHORITY, "sslcert", "sslkey", "ssl_cert", "ssl_key")


def why_not_shared(url: str) -> str | None:
    """A sentence that says why other machines cannot use it; None where they can."""
    address = parse(url)
    if address.dialect == "sqlite":
        return (
            "The ODB is an SQLite file, which several machines cannot share; move it to PostgreSQL or MariaDB first, "
            "with: zato odb move URL"
        )
    local = [host for host in _hosts(url) if _is_local(host)]
    if local:
        return (
            f"The URL of the ODB names {local[0]}, which is another machine on each machine; name the database's "
            "machine in zato.toml as all of them reach it, and restart."
        )
    return None


def authority_file(cluster: ClusterSettings) -> Path | None:
    """The file with the CA of the database, where one is named; what the URL says goes before `odb_ca`."""
    query = _read(cluster.odb).query
    named = next((str(query[name]) for name in _AUTHORITY if name in query), cluster.odb_ca)
    return Path(named) if named else None


def with_authority_file(cluster: ClusterSettings, path: Path) -> ClusterSettings:
    """The same settings, with the CA in another file wherever they name one."""
    parsed = _read(cluster.odb)
    changed = {name: str(path) for name in _AUTHORITY if name in parsed.query}
    url = parsed.update_query_dict(changed).render_as_string(hide_password=False)
    return msgspec.structs.replace(cluster, odb=url, odb_ca=str(path) if cluster.odb_ca else "")


def files(cluster: ClusterSettings) -> list[Path]:
    """All files that the URL and the settings beside it name."""
    query = _read(cluster.odb).query
    named = (*(str(query[name]) for name in _FILES if name in query), *_beside(cluster))
    return [Path(name) for name in dict.fromkeys(named) if name.startswith("/")]


def _beside(cluster: ClusterSettings) -> tuple[str, ...]:
    return (cluster.odb_ca, cluster.odb_certificate, cluster.odb_key)


def _read(url: str) -> URL:
    """As it was written, all hosts included. Raises SetupError where it is no URL of an ODB."""
    parse(url)
    return make_url(url)


def _hosts(url: str) -> list[str]:
    parsed = _read(url)
    queried = parsed.query.get("host", ())
    named = [queried] if isinstance(queried, str) else list(queried)
    hosts = [host for text in (parsed.host or "", *named) for host in text.split(",") if host]
    return hosts or ["localhost"]


def _is_local(host: str) -> bool:
    name = host.rsplit(":", 1)[0] if host.count(":") == 1 else host.strip("[]")
    if name.startswith("/") or name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
