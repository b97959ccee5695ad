"""Creating, changing, deleting and rolling back items, against a real ODB."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from support.filled_configuration import BASIC, REST, SQL, field
from zato.config.publisher import Author, Publisher
from zato.config.secrets import SecretBox
from zato.core.errors import Conflict, InvalidInput, NotFound
from zato.odb.log import ConfigurationLog


def test_a_created_item_is_listed_got_and_has_a_history(publisher: Publisher, by: Author) -> None:
    created = publisher.create("channel-rest", "customers", REST, by=by)
    assert created.revision == 1
    assert publisher.get("channel-rest", "customers").value == created.value
    assert [item.name for item in publisher.list("channel-rest")] == ["customers"]
    updated = publisher.update("channel-rest", "customers", {**REST, "active": False}, 1, by=by)
    assert updated.revision == 2
    assert publisher.delete("channel-rest", "customers", 2, by=by) == 3
    history = publisher.history("channel-rest", "customers")
    assert [(entry.revision, entry.action, entry.principal) for entry in history] == [
        (3, "delete", "ann"),
        (2, "update", "ann"),
        (1, "create", "ann"),
    ]
    assert history[0].value is None
    assert history[1].value is not None
    assert history[1].value["active"] is False


def test_what_is_not_there_is_not_found(publisher: Publisher, by: Author) -> None:
    for attempt in (
        lambda: publisher.get("channel-rest", "x"),
        lambda: publisher.history("channel-rest", "x"),
        lambda: publisher.update("channel-rest", "x", REST, by=by),
        lambda: publisher.delete("channel-rest", "x", by=by),
        lambda: publisher.get("channel-rest", "\ud800"),
        lambda: publisher.history("channel-rest", "a\x00"),
        lambda: publisher.update("channel-rest", "\ud800", REST, by=by),
        lambda: publisher.delete("channel-rest", "\ud800", by=by),
        lambda: publisher.rollback_item("channel-rest", "\ud800", 0, by=by),
        lambda: publisher.list("channel-soap"),
        lambda: publisher.create("channel-soap", "x", {}, by=by),
    ):
        with pytest.raises(NotFound):
            attempt()


def test_a_change_that_started_from_an_older_revision_is_refused(publisher: Publisher, by: Author) -> None:
    publisher.create("channel-rest", "customers", REST, by=by)
    publisher.update("channel-rest", "customers", {**REST, "path": "/a"}, 1, by=by)
    with pytest.raises(Conflict) as caught:
        publisher.update("channel-rest", "customers", {**REST, "path": "/b"}, 1, by=by)
    assert caught.value.code == "stale-revision"
    with pytest.raises(Conflict):
        publisher.delete("channel-rest", "customers", 1, by=by)
    with pytest.raises(Conflict):
        publisher.create("channel-rest", "customers", REST, by=by)


def test_an_update_that_changes_nothing_makes_no_revision(filled: Publisher, log: ConfigurationLog, by: Author) -> None:
    before = log.revision()
    filled.update("security-basic", "clients", BASIC, by=by)
    filled.update("outgoing-sql", "Stock", SQL, 3, by=by)
    assert log.revision() == before


@pytest.mark.parametrize("body", [{"service": "s", "path": "/{x}/a", "methods": ["GET"]}, {"service": "s"}])
def test_a_refused_change_leaves_nothing_behind(
    publisher: Publisher, log: ConfigurationLog, by: Author, body: dict[str, Any]
) -> None:
    with pytest.raises(InvalidInput):
        publisher.create("channel-rest", "x", {**body, "security": ["nobody"]}, by=by)
    assert log.revision() == 0


def test_a_reference_must_exist_and_be_of_the_right_kind(publisher: Publisher, by: Author) -> None:
    publisher.create("outgoing-sql", "Stock", SQL, by=by)
    with pytest.raises(InvalidInput) as caught:
        publisher.create("channel-rest", "customers", {**REST, "security": ["Stock", "nobody"]}, by=by)
    assert caught.value.code == "missing-reference"
    assert "no security-basic, security-api-key or security-tls called 'Stock'" in caught.value.details[0]
    assert "'nobody'" in caught.value.details[1]


def test_what_is_referred_to_cannot_be_deleted_and_the_error_names_who_does(filled: Publisher, by: Author) -> None:
    with pytest.raises(Conflict, match="channel-rest 'customers'") as caught:
        filled.delete("security-basic", "clients", by=by)
    assert caught.value.code == "in-use"
    filled.update("channel-rest", "customers", {**REST, "security": ["shop"]}, by=by)
    filled.delete("security-basic", "clients", by=by)


def test_two_active_channels_cannot_have_the_same_route(publisher: Publisher, by: Author) -> None:
    publisher.create("channel-rest", "customers", REST, by=by)
    same = {"service": "other", "path": "/customers/{key}", "methods": ["POST", "GET"]}
    with pytest.raises(Conflict, match=r"GET /customers/\{key\} is already taken by channel-rest 'customers'"):
        publisher.create("channel-http", "raw", same, by=by)
    publisher.create("channel-http", "raw", {**same, "active": False}, by=by)
    with pytest.raises(Conflict) as caught:
        publisher.update("channel-http", "raw", same, by=by)
    assert caught.value.code == "already-taken"
    publisher.update("channel-http", "raw", {**same, "methods": ["POST"]}, by=by)
    publisher.update("channel-rest", "customers", {**REST, "service": "still.mine"}, by=by)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("security-basic", "a", BASIC), ("security-basic", "b", BASIC)),
        (("security-tls", "a", {"fingerprint": "a" * 64}), ("security-tls", "b", {"fingerprint": "a" * 64})),
        (("security-tls", "a", {"subject": "CN=a"}), ("security-tls", "b", {"subject": "CN=a"})),
        (("security-basic", "a", BASIC), ("security-api-key", "a", {})),
        (("security-api-key", "a", {"key": "k" * 16}), ("security-api-key", "b", {"key": "k" * 16})),
    ],
    ids=["username", "fingerprint", "subject", "name of a definition", "API key"],
)
def test_what_identifies_a_client_is_unique(
    publisher: Publisher, by: Author, first: tuple[str, str, Any], second: tuple[str, str, Any]
) -> None:
    publisher.create(*first, by=by)
    with pytest.raises(Conflict, match=f"is already taken by {first[0]} 'a'") as caught:
        publisher.create(*second, by=by)
    assert "k" * 16 not in str(caught.value.details)


def test_of_those_that_race_for_a_route_one_wins(publisher: Publisher, log: ConfigurationLog, by: Author) -> None:
    def attempt(number: int) -> bool:
        try:
            publisher.create("channel-rest", f"c{number}", REST, by=by)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(16))) == 1
    assert log.revision() == 1


def test_updates_without_a_revision_all_succeed_when_they_race(publisher: Publisher, by: Author) -> None:
    publisher.create("outgoing-sql", "Stock", SQL, by=by)
    kept = {"url": SQL["url"], "username": SQL["username"]}

    def attempt(number: int) -> int:
        return publisher.update("outgoing-sql", "Stock", {**kept, "pool_size": 10 + number}, by=by).revision

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(attempt, range(3))) == [2, 3, 4]


def test_one_item_rolls_back_with_its_secret(filled: Publisher, by: Author, box: SecretBox) -> None:
    filled.update("outgoing-sql", "Stock", {"url": "sqlite:///x", "password": None}, by=by)
    item = filled.rollback_item("outgoing-sql", "Stock", 3, by=by, moves_secrets=True)
    assert item.revision == 7
    assert item == filled.get("outgoing-sql", "Stock")
    opened = box.decrypt(field(item, "password"), kind="outgoing-sql", name="Stock", field="password")
    assert opened == "the secret of stock"
    assert filled.history("outgoing-sql", "Stock")[0].comment == "Rolled back to revision 3"
    assert filled.rollback_item("outgoing-sql", "Stock", 3, by=by).revision == 7


def test_a_deleted_item_comes_back_by_rolling_it_back(filled: Publisher, by: Author) -> None:
    before = filled.get("channel-rest", "customers")
    filled.delete("channel-rest", "customers", by=by)
    assert filled.rollback_item("channel-rest", "customers", before.revision, by=by).value == before.value


def test_rolling_back_says_which_revision_it_started_from(filled: Publisher, by: Author) -> None:
    before = filled.get("channel-rest", "customers")
    changed = filled.update("channel-rest", "customers", {**REST, "active": False}, by=by)
    for stale in (0, before.revision):
        with pytest.raises(Conflict):
            filled.rollback_item("channel-rest", "customers", before.revision, stale, by=by)
    with pytest.raises(Conflict):  # although nothing would change
        filled.rollback_item("channel-rest", "customers", changed.revision, before.revision, by=by)
    back = filled.rollback_item("channel-rest", "customers", before.revision, changed.revision, by=by)
    assert back.value == before.value
    filled.delete("channel-rest", "customers", by=by)
    with pytest.raises(Conflict, match="ann deleted it"):
        filled.rollback_item("channel-rest", "customers", before.revision, back.revision, by=by)
    assert filled.rollback_item("channel-rest", "customers", before.revision, 0, by=by).value == before.value


def test_rolling_back_obeys_the_rules_between_items(filled: Publisher, by: Author) -> None:
    filled.update("channel-rest", "customers", REST, by=by)
    filled.delete("security-basic", "clients", by=by)
    with pytest.raises(InvalidInput, match="called 'clients'"):
        filled.rollback_item("channel-rest", "customers", 5, by=by)
    with pytest.raises(NotFound, match="was not there at revision 2"):
        filled.rollback_item("channel-rest", "customers", 2, by=by)
    for unknown in (-1, 99):
        with pytest.raises(InvalidInput, match="There is no revision"):
            filled.rollback_item("channel-rest", "customers", unknown, by=by)
