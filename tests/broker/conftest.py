"""Every broker in turn. To add one: its name here, and what opens it in support.brokers."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.brokers import Broker, BrokerAddress
from support.databases import initialised, new_database, new_sqlite

BROKERS = ["embedded-sqlite", "embedded-postgresql", "embedded-mariadb"]


@pytest.fixture(params=BROKERS)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> BrokerAddress:
    """A broker that nobody has sent anything to yet."""
    kind, _, rest = request.param.partition("-")
    if kind == "embedded":
        empty = new_sqlite(tmp_path) if rest == "sqlite" else new_database(request.getfixturevalue(rest))
        odb = initialised(empty)
        return BrokerAddress(kind, odb.url, odb.ca)
    raise ValueError(request.param)


@pytest.fixture
def broker(address: BrokerAddress) -> Broker:
    return address.open()
