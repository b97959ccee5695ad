"""Every broker in turn. To add one: its name here, and what opens it in support.brokers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import delete

from support.brokers import Broker, BrokerAddress
from support.databases import DatabaseAddress, initialised, new_odb, new_sqlite
from support.rabbitmq import RabbitMq
from zato.odb import tables

BROKERS = ["embedded-sqlite", "embedded-postgresql", "embedded-mariadb", "rabbitmq"]


@pytest.fixture(scope="session")
def odbs() -> dict[str, DatabaseAddress]:
    """Those that are there already: to prepare one takes longer than most tests."""
    return {}


@pytest.fixture(params=BROKERS)
def address(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, odbs: dict[str, DatabaseAddress]
) -> Iterator[BrokerAddress]:
    """A broker that nobody has sent anything to yet."""
    kind, _, rest = request.param.partition("-")
    if kind == "embedded":
        if rest not in odbs:
            directory = tmp_path_factory.mktemp("odb")
            sqlite = rest == "sqlite"
            odbs[rest] = initialised(new_sqlite(directory)) if sqlite else new_odb(request.getfixturevalue(rest))
        odb = odbs[rest]
        _empty(odb)
        yield BrokerAddress(kind, odb.url, odb.ca)
        return
    rabbitmq: RabbitMq = request.getfixturevalue("rabbitmq")
    rabbitmq.empty()
    found = BrokerAddress(kind, rabbitmq.url, rabbitmq.pki.directory)
    yield found
    for broker in found.opened:
        broker.stop()


def _empty(odb: DatabaseAddress) -> None:
    database = odb.open()
    with database.write() as connection:
        connection.execute(delete(tables.message))
    database.dispose()


@pytest.fixture
def broker(address: BrokerAddress) -> Broker:
    return address.open()
