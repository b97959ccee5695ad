"""What is told of calls to other systems: each once, with one of few words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from support.http_peer import HttpPeer
from support.ports import free_ports
from zato.config.kinds import OutgoingRest, OutgoingSql
from zato.connector.rest.outgoing import RestConnection
from zato.connector.sql.outgoing import SqlConnection
from zato.core.errors import OutgoingFailed


class Told:
    def __init__(self) -> None:
        self.calls: list[tuple[str, str, str]] = []

    def __call__(self, type_: str, name: str, outcome: str, seconds: float) -> None:
        assert 0 <= seconds < 60
        self.calls.append((type_, name, outcome))

    def outcomes(self) -> list[str]:
        found, self.calls = [outcome for _, _, outcome in self.calls], []
        return found


@pytest.fixture
def told() -> Told:
    return Told()


def rest(address: str, told: Told, **fields: Any) -> RestConnection:
    return RestConnection("CRM", OutgoingRest(address=address, **fields), observe=told)


def test_a_rest_call_ends_with_the_class_of_its_status_or_where_it_failed(told: Told) -> None:
    with HttpPeer() as peer:
        connection = rest(peer.address, told)
        connection.get("c1")
        assert told.calls == [("rest", "CRM", "2xx")]
        connection.ping("c1")  # is nobody's call
    told.calls.clear()
    with pytest.raises(OutgoingFailed):
        rest(f"http://127.0.0.1:{free_ports(1)[0]}", told, retries=0).get("c1")
    assert told.outcomes() == ["connect"]
    with pytest.raises(OutgoingFailed):
        rest("http://127.0.0.1:9", told).post("c1", object())
    assert told.outcomes() == ["request"]


@pytest.fixture
def database(tmp_path: Path, told: Told) -> SqlConnection:
    return SqlConnection("Stock", OutgoingSql(url="sqlite:///a.db"), sqlite_directory=tmp_path, observe=told)


def test_statements_and_sessions_are_one_call_each(database: SqlConnection, told: Told) -> None:
    database.execute("CREATE TABLE a (b INTEGER)")
    with database.session() as session:
        session.execute(text("INSERT INTO a VALUES (1)"))
        session.execute(text("INSERT INTO a VALUES (2)"))
    other = database.session()
    other.execute(text("INSERT INTO a VALUES (3)"))
    other.commit()
    other.close()
    other.close()
    assert told.calls == [("sql", "Stock", "ok")] * 3


def test_what_the_database_refuses_and_what_a_service_gives_up_are_told_apart(
    database: SqlConnection, told: Told
) -> None:
    with pytest.raises(SQLAlchemyError):
        database.execute("no SQL")
    with pytest.raises(SQLAlchemyError), database.session() as session:
        session.execute(text("no SQL"))
    with pytest.raises(ValueError, match="mine"), database.session():
        raise ValueError("mine")
    with pytest.raises(KeyboardInterrupt), database.session():
        raise KeyboardInterrupt
    assert told.outcomes() == ["refused", "refused", "rolled-back", "interrupted"]


def test_a_database_that_cannot_be_reached_is_told_of_by_either_way(told: Told) -> None:
    url = f"postgresql+psycopg2://u@127.0.0.1:{free_ports(1)[0]}/x"
    connection = SqlConnection("Away", OutgoingSql(url=url), sqlite_directory=Path("/nowhere"), observe=told)
    with pytest.raises(OutgoingFailed):
        connection.execute("SELECT 1")
    with pytest.raises(OutgoingFailed):
        connection.session()
    assert told.outcomes() == ["connect", "connect"]
