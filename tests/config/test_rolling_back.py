"""Rolling the whole cluster back, and what becomes of who may do what, against a real ODB."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from support.whole_configuration import BY, Overtaken, fill, unprepared, values
from zato.config.publisher import Preview, Publisher
from zato.config.secrets import SecretBox
from zato.core.clock import SystemClock
from zato.core.errors import InvalidInput
from zato.odb.database import Database
from zato.odb.log import ConfigurationLog


def test_the_whole_cluster_rolls_back_to_a_revision(publisher: Publisher, log: ConfigurationLog) -> None:
    fill(publisher)
    then = values(log)
    publisher.update("channel-rest", "customers", {"service": "s", "path": "/c"}, by=BY)
    publisher.delete("security-basic", "clients", by=BY)
    publisher.update("outgoing-sql", "Stock", {"url": "sqlite:///y", "password": None}, by=BY)
    publisher.create("security-basic", "new", {"username": "crm", "password": "another password"}, by=BY)
    now = values(log)
    summary = publisher.rollback_all(9, by=BY, prepare=unprepared, with_security=True)
    assert values(log) == then
    assert summary.created == (("security-basic", "clients"),)
    assert set(summary.updated) == {("channel-rest", "customers"), ("outgoing-sql", "Stock")}
    assert summary.deleted == (("security-basic", "new"),)
    assert (summary.unchanged, summary.kept) == (6, ())
    publisher.rollback_all(13, by=BY, prepare=unprepared, with_security=True)
    assert values(log) == now
    publisher.rollback_all(0, by=BY, prepare=unprepared, with_security=True)
    assert values(log) == {}
    assert publisher.rollback_all(log.revision(), by=BY, prepare=unprepared).revision == log.revision()
    with pytest.raises(InvalidInput, match="There is no revision"):
        publisher.rollback_all(log.revision() + 1, by=BY, prepare=unprepared)


def revised(publisher: Publisher) -> int:
    """Security definitions and a connection that were changed, deleted and made after the revision that is returned."""
    publisher.create("security-basic", "gone", {"username": "gone", "password": "a long password"}, by=BY)
    fill(publisher)
    publisher.update("channel-rest", "customers", {"service": "s", "path": "/c/{id}", "security": ["clients"]}, by=BY)
    revision = publisher.delete("channel-http", "raw", by=BY)
    changed = {"username": "crm", "password": "another password", "roles": []}
    publisher.update("security-basic", "clients", changed, by=BY)
    publisher.delete("security-basic", "gone", by=BY)
    publisher.create("security-tls", "new", {"subject": "CN=new", "roles": ["viewer"]}, by=BY)
    publisher.update("outgoing-rest", "CRM", {"address": "https://crm", "timeout_seconds": 9}, by=BY)
    return revision


def previewed(publisher: Publisher, revision: int, *, with_security: bool = False) -> Preview:
    return publisher.preview(
        lambda rehearsing: rehearsing.rollback_all(revision, by=BY, prepare=unprepared, with_security=with_security)
    )


def security(log: ConfigurationLog) -> dict[tuple[str, str], str]:
    return {key: data for key, data in values(log).items() if key[0].startswith("security-")}


KEPT = {("create", "gone"), ("update", "clients"), ("delete", "new")}


def test_rolling_everything_back_leaves_security_definitions_as_they_are(
    publisher: Publisher, log: ConfigurationLog
) -> None:
    revision = revised(publisher)
    before = security(log)
    preview = previewed(publisher, revision)
    assert [(each.action, each.name) for each in preview.changes] == [("update", "CRM")]
    assert {(each.action, each.name) for each in preview.kept} == KEPT
    assert "password" in repr(preview.kept)
    assert "$2b$" not in repr(preview)
    summary = publisher.rollback_all(revision, by=BY, prepare=unprepared)
    assert (summary.updated, summary.created, summary.deleted) == ((("outgoing-rest", "CRM"),), (), ())
    assert {each.name for each in summary.kept} == {"gone", "clients", "new"}
    assert security(log) == before


def test_rolling_everything_back_brings_security_definitions_back_where_asked_for(
    publisher: Publisher, log: ConfigurationLog
) -> None:
    revision = revised(publisher)
    preview = previewed(publisher, revision, with_security=True)
    assert {(each.action, each.name) for each in preview.changes} == {("update", "CRM"), *KEPT}
    assert preview.kept == ()
    assert log.revision() == preview.revision
    # It would leave nobody with the role admin
    publisher.create("security-tls", "admin", {"subject": "CN=a", "roles": ["admin"]}, by=BY)
    with pytest.raises(InvalidInput, match="security-tls 'admin', roles"):
        publisher.rollback_all(revision, by=BY, prepare=unprepared, with_security=True)
    with pytest.raises(InvalidInput, match="security-tls 'admin', roles"):
        previewed(publisher, revision, with_security=True)


def test_rolling_back_to_what_refers_to_a_definition_that_is_gone_says_what_to_do(
    publisher: Publisher, log: ConfigurationLog
) -> None:
    fill(publisher)
    publisher.update("channel-rest", "customers", {"service": "s", "path": "/c/{id}"}, by=BY)
    publisher.delete("security-api-key", "shop", by=BY)
    before = values(log)
    attempts: list[Callable[[], object]] = [
        lambda: previewed(publisher, 9),
        lambda: publisher.rollback_all(9, by=BY, prepare=unprepared),
    ]
    for attempt in attempts:
        with pytest.raises(InvalidInput) as caught:
            attempt()
        assert caught.value.details == (
            "channel-rest 'customers', security: there is no security-basic, security-api-key or security-tls called "
            "'shop'; create it first",
        )
        assert "Security definitions stay as they are now. Create those that are missing" in caught.value.message
        assert "--with-security" in caught.value.message
    assert values(log) == before
    publisher.rollback_all(9, by=BY, prepare=unprepared, with_security=True)
    assert ("security-api-key", "shop") in values(log)


@pytest.mark.parametrize("gone", [False, True])
@pytest.mark.parametrize(
    ("kind", "body", "change"),
    [
        ("security-basic", {"username": "u", "password": "the old password"}, {"password": "the new password"}),
        ("security-api-key", {"key": "the-old-key-of-it"}, {"key": "the-new-key-of-it"}),
        ("security-tls", {"subject": "CN=old"}, {"subject": "CN=new"}),
        ("security-tls", {"subject": "CN=old", "roles": ["admin"]}, {"roles": []}),
    ],
)
def test_one_security_definition_rolls_back_where_asked_for_only(
    publisher: Publisher, kind: str, body: dict[str, Any], change: dict[str, Any], gone: bool
) -> None:
    publisher.create("security-tls", "admin", {"subject": "CN=admin", "roles": ["admin"]}, by=BY)
    first = publisher.create(kind, "it", body, by=BY)
    second = publisher.update(kind, "it", {**body, **change}, by=BY)
    assert publisher.rollback_item(kind, "it", second.revision, by=BY) == second
    if gone:
        publisher.delete(kind, "it", by=BY)
    with pytest.raises(InvalidInput, match="--with-security") as caught:
        publisher.rollback_item(kind, "it", first.revision, by=BY)
    assert caught.value.code == "security-not-asked-for"
    back = publisher.rollback_item(kind, "it", first.revision, by=BY, with_security=True, moves_secrets=True)
    assert back.value == first.value


def test_a_roll_back_that_lost_a_race_is_decided_again(
    publisher: Publisher, log: ConfigurationLog, database: Database, box: SecretBox
) -> None:
    fill(publisher)
    then = values(log)
    publisher.update("service", "crm.get", {}, by=BY)
    Publisher(Overtaken(database, publisher), box, SystemClock()).rollback_all(9, by=BY, prepare=unprepared)
    assert values(log) == then
