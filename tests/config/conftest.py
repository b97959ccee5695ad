"""A real embedded ODB, and what writes to it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from support.filled_configuration import BASIC, REST, SQL
from zato.config.publisher import Author, Publisher
from zato.config.secrets import SecretBox
from zato.odb.database import Database
from zato.odb.log import ConfigurationLog
from zato.odb.migrate import init


class SteppingClock:
    """Goes on by one second with each question."""

    def __init__(self) -> None:
        self._now = datetime(2027, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        self._now += timedelta(seconds=1)
        return self._now

    def monotonic(self) -> float:
        return self.now().timestamp()


@pytest.fixture(scope="session")
def prepared_odb(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """An empty ODB as bytes: migrating is slow beside copying."""
    path = tmp_path_factory.mktemp("odb") / "empty.sqlite"
    database = Database(f"sqlite:///{path}")
    init(database, "test")
    with database.write() as connection:
        connection.exec_driver_sql("SELECT 1")
    database.dispose()
    return path.read_bytes()


@pytest.fixture
def database(tmp_path: Path, prepared_odb: bytes) -> Iterator[Database]:
    path = tmp_path / "odb.sqlite"
    path.write_bytes(prepared_odb)
    database = Database(f"sqlite:///{path}")
    yield database
    database.dispose()


@pytest.fixture
def log(database: Database) -> ConfigurationLog:
    return ConfigurationLog(database)


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


@pytest.fixture
def box() -> SecretBox:
    return SecretBox(b"k" * 32)


@pytest.fixture
def publisher(log: ConfigurationLog, box: SecretBox, clock: SteppingClock) -> Publisher:
    return Publisher(log, box, clock)


@pytest.fixture
def by() -> Author:
    return Author("ann", "c" * 32)


@pytest.fixture
def filled(publisher: Publisher, by: Author) -> Publisher:
    """One item of most kinds, with every secret there is."""
    publisher.create("security-basic", "clients", BASIC, by=by)
    publisher.create("security-api-key", "shop", {"key": "0123456789abcdef-key"}, by=by)
    publisher.create("outgoing-sql", "Stock", SQL, by=by)
    body = {"address": "https://crm", "security": "bearer", "secret": "bearer-token-of-crm"}
    publisher.create("outgoing-rest", "CRM", body, by=by)
    publisher.create("channel-rest", "customers", {**REST, "security": ["clients", "shop"]}, by=by)
    return publisher
