"""The contract of the first administrator's token, on every database."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from zato.core.errors import Unauthorized
from zato.odb.audit import AuditLog
from zato.odb.database import Database
from zato.odb.first_tokens import FirstToken, FirstTokens
from zato.odb.log import Action, ConfigurationLog, ProposedChange

NOW = datetime(2026, 11, 24, 12, 30, 15, 123456, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def tokens(database: Database) -> FirstTokens:
    return FirstTokens(database)


def put(tokens: FirstTokens, digest: str) -> FirstToken:
    token = FirstToken(digest, LATER)
    tokens.replace(token, principal="admin", cid="c" * 32, at=NOW)
    return token


def spend(database: Database, tokens: FirstTokens, digest: str, now: datetime, name: str = "jane") -> None:
    change = ProposedChange("security-basic", name, Action.CREATE, "{}", 0)
    within = tokens.spending(digest, now, Unauthorized("no"))
    ConfigurationLog(database).append([change], principal="x", cid="c" * 32, at=now, within=within)


def test_there_is_one_at_most_and_the_audit_log_has_who_made_it(database: Database, tokens: FirstTokens) -> None:
    assert tokens.current() is None
    put(tokens, "a" * 64)
    second = put(tokens, "b" * 64)
    assert tokens.current() == second
    entries = AuditLog(database).entries()
    assert [(entry.principal, entry.action, entry.subject) for entry in entries] == [
        ("admin", "create", "first-token")
    ] * 2


def test_it_is_spent_with_the_change_that_it_is_for_and_not_without(database: Database, tokens: FirstTokens) -> None:
    token = put(tokens, "a" * 64)
    for digest, now in (("b" * 64, NOW), (token.digest, LATER), (token.digest, LATER + timedelta(days=1))):
        with pytest.raises(Unauthorized):
            spend(database, tokens, digest, now)
    assert ConfigurationLog(database).items() == []
    spend(database, tokens, token.digest, NOW)
    assert [item.name for item in ConfigurationLog(database).items()] == ["jane"]
    assert tokens.current() is None
    with pytest.raises(Unauthorized):
        spend(database, tokens, token.digest, NOW, "john")


def test_of_many_who_use_it_at_the_same_time_one_alone_gets_it(database: Database, tokens: FirstTokens) -> None:
    token = put(tokens, "a" * 64)
    start = threading.Barrier(6)
    got: list[str] = []

    def run(name: str) -> None:
        start.wait()
        try:
            spend(database, tokens, token.digest, NOW, name)
        except Unauthorized:
            return
        got.append(name)

    threads = [threading.Thread(target=run, args=(f"jane-{number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 1
    assert [item.name for item in ConfigurationLog(database).items()] == got
