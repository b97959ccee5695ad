"""Whether an ODB can be used by several machines, and what another machine needs of its URL. Pure."""

from __future__ import annotations

import ipaddress
from pathlib import Path

from sqlalchemy import URL, make_url

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


def authority_file(url: str) -> Path | None:
    """The file with the CA of the database, where the URL names one."""
    query = _read(url).query
    return next((Path(str(query[name])) for name in _AUTHORITY if name in query), None)


def with_authority_file(url: str, path: Path) -> str:
    """The same URL, with the CA in another file."""
    parsed = _read(url)
    changed = {name: str(path) for name in _AUTHORITY if name in parsed.query}
    return parsed.update_query_dict(changed).render_as_string(hide_password=False)


def files(url: str) -> list[Path]:
    """All files that the URL names."""
    query = _read(url).query
    return [Path(str(query[name])) for name in _FILES if name in query and str(query[name]).startswith("/")]


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
