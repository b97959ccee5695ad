"""Outgoing SQL connections in tests: to the databases that a test names, and empty SQLite ones of their own."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec

from zato.config.kinds import OutgoingSql
from zato.config.validation import errors
from zato.connector.sql.outgoing import SqlConnection
from zato.core.errors import InvalidInput

Database = str | Mapping[str, Any]
"""A URL, or the fields of an outgoing SQL connection, `url` among them."""

_KIND = "outgoing-sql"


class TestSql(SqlConnection):
    """An empty database of its own, removed with the connection; fill it with `execute` or a session."""

    __test__ = False  # to pytest, a name that starts with Test is a test

    def __init__(self, name: str) -> None:
        # A file rather than memory: a database in memory would be another one for each thread
        directory = tempfile.mkdtemp(prefix="zato-test-")
        weakref.finalize(self, shutil.rmtree, directory, ignore_errors=True)
        super().__init__(name, OutgoingSql(url="sqlite:///test.sqlite"), sqlite_directory=Path(directory))


def opened(name: str, given: Database) -> SqlConnection:
    """The connection that a server would have by that name: the same rules, limits, transactions and errors.

    Unlike there, a URL may have a user name and a password in it, and an SQLite file may be named by an absolute path:
    its directory then stands for the one that a server has for such files. Without it that is a directory of its own.
    Raises InvalidInput.
    """
    fields = {"url": given} if isinstance(given, str) else dict(given)
    url = fields.get("url")
    directory = None
    if isinstance(url, str):
        fields = {**_apart(url), **{field: value for field, value in fields.items() if field != "url"}}
        file = Path(unquote(url.removeprefix("sqlite:///").partition("?")[0]))
        if url.startswith("sqlite:////"):
            directory, fields["url"] = file.parent, f"sqlite:///{file.name}{_query(url)}"
    try:
        value = msgspec.convert(fields, OutgoingSql)
    except msgspec.ValidationError as error:
        raise InvalidInput(f"The database {name!r} of the test is not valid: {error}.") from error
    found = errors(_KIND, name, value)
    if found:
        raise InvalidInput(f"The database {name!r} of the test is not valid: {'; '.join(found)}.", details=tuple(found))
    if directory is not None or not value.url.startswith("sqlite:"):
        return SqlConnection(name, value, password=value.password, sqlite_directory=directory or Path())
    made = tempfile.mkdtemp(prefix="zato-test-")
    connection = SqlConnection(name, value, password=value.password, sqlite_directory=Path(made))
    weakref.finalize(connection, shutil.rmtree, made, ignore_errors=True)
    return connection


def _apart(url: str) -> dict[str, Any]:
    """The fields that a URL with credentials in it stands for."""
    try:
        parts = urlsplit(url)
        username, password = parts.username, parts.password
    except ValueError:
        return {"url": url}  # what is wrong with it is said by the kind's own rules
    if username is None:
        return {"url": url}
    fields = {"url": url.replace(f"{parts.netloc.rpartition('@')[0]}@", "", 1), "username": unquote(username)}
    return fields if password is None else {**fields, "password": unquote(password)}


def _query(url: str) -> str:
    _, mark, query = url.partition("?")
    return mark + query
