"""Database servers from Debian's packages, over TLS only, and the ODBs that tests make in them."""

from __future__ import annotations

import itertools
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from sqlalchemy import URL, MetaData, create_engine, make_url

from support.certificates import Issuer
from zato.odb import migrate
from zato.odb.database import Database, DatabaseTls, Owner

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class DatabaseAddress:
    """Where a database is, in words that another process can be given; `ca` is what to verify its server by."""

    url: str
    ca: Path | None = None

    def open(self, pool_size: int = 5, *, owner: Owner | None = None) -> Database:
        tls = None if self.ca is None else DatabaseTls(self.ca)
        return Database(self.url, tls=tls, pool_size=pool_size, owner=owner)


class DatabaseServer(Protocol):
    """A server that a test may kill, pause, and bring back."""

    authority: Issuer

    def __hash__(self) -> int: ...

    def url(self, database: str) -> URL:
        """The URL of a database, with the password of a user that owns it."""
        ...

    def create_database(self, name: str) -> None: ...

    def copy_database(self, name: str, copy: str) -> None:
        """Make another database with the same tables and rows; nobody may be connected to the first one."""
        ...

    def start(self) -> None: ...

    def stop(self) -> None:
        """End it in an orderly way: its clients are told."""
        ...

    def kill(self) -> None: ...

    def pause(self) -> None:
        """Freeze it: the kernel goes on accepting connections, and nobody answers them."""
        ...

    def resume(self) -> None: ...

    def remove(self) -> None: ...


def new_database(server: DatabaseServer) -> DatabaseAddress:
    """An empty database of its own on the server."""
    name = f"zato_{os.getpid()}_{next(_numbers)}"
    server.create_database(name)
    url = server.url(name).render_as_string(hide_password=False)
    return DatabaseAddress(url, server.authority.certificate)


def new_sqlite(directory: Path) -> DatabaseAddress:
    """A database file that does not exist yet."""
    return DatabaseAddress(f"sqlite:///{directory / f'odb-{next(_numbers)}.sqlite'}")


def emptied_oracle(url: str) -> DatabaseAddress:
    """The Oracle schema of the URL, after all tables of ours in it were dropped."""
    engine = create_engine(make_url(url))
    metadata = MetaData()
    metadata.reflect(engine, only=lambda name, _: name.startswith("zt_"))
    metadata.drop_all(engine)
    engine.dispose()
    return DatabaseAddress(url)


def new_odb(server: DatabaseServer) -> DatabaseAddress:
    """An ODB of its own on the server, as `initialised` makes them: copied from one that was migrated."""
    name = f"zato_{os.getpid()}_{next(_numbers)}"
    server.copy_database(_migrated_on(server), name)
    return DatabaseAddress(server.url(name).render_as_string(hide_password=False), server.authority.certificate)


def initialised(address: DatabaseAddress) -> DatabaseAddress:
    """The same, with the tables of an ODB and a cluster named zato, which is one and the same cluster for all tests."""
    file = make_url(address.url).database if address.url.startswith("sqlite:") else None
    if file is not None and not Path(file).exists():
        migrate.make_file(address.open())
        Path(file).write_bytes(_migrated_file())
        return address
    return _migrated(address)


@cache
def _migrated_on(server: DatabaseServer) -> str:
    """The name of the database that `new_odb` copies."""
    return make_url(_migrated(new_database(server)).url).database or ""


@cache
def _migrated_file() -> bytes:
    """To migrate is slow beside copying."""
    with TemporaryDirectory() as directory:
        file = Path(directory) / "odb.sqlite"
        _migrated(DatabaseAddress(f"sqlite:///{file}"))
        return file.read_bytes()


def _migrated(address: DatabaseAddress) -> DatabaseAddress:
    database = address.open()
    migrate.init(database, "zato")
    database.dispose()
    return address
