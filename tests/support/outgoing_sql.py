"""Outgoing SQL connections for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from support.databases import DatabaseAddress
from zato.config.kinds import OutgoingSql
from zato.connector.sql.outgoing import SqlConnection


def sql_connection(address: DatabaseAddress, **fields: Any) -> SqlConnection:
    """A connection named Stock: the URL's user and password are told apart, as a configuration item has them."""
    url = make_url(address.url)
    password = fields.pop("password", url.password)
    known: dict[str, Any] = {"url": url.set(username=None, password=None).render_as_string()}
    if url.username:
        known["username"] = url.username
    if address.ca is not None:
        known["ca_certificate"] = address.ca.read_text()
    directory = Path("/nowhere")
    if url.get_backend_name() == "sqlite":
        directory, name = Path(url.database or "").parent, Path(url.database or "").name
        known["url"] = f"sqlite:///{name}"
    value = OutgoingSql(**{**known, **fields})
    return SqlConnection("Stock", value, password=password, sqlite_directory=directory)
