"""Export, import, and rolling the whole cluster back, against a real ODB."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zato.config.configuration import Configuration
from zato.config.hashed_passwords import HashedPasswords
from zato.config.kinds.text import character_error
from zato.config.plan import Planned
from zato.config.publisher import Author, ImportMode, Preview, Publisher
from zato.config.secrets import SecretBox, hash_password, password_matches
from zato.core.clock import SystemClock
from zato.core.errors import InvalidInput
from zato.odb.database import Database
from zato.odb.log import ConfigurationLog, StoredItem

AT = "2027-01-01T00:00:00Z"
BY = Author("ann", "c" * 32)


def values(log: ConfigurationLog) -> dict[tuple[str, str], str]:
    return {(item.kind, item.name): item.data for item in log.items()}


def unprepared(base: int, changes: Sequence[Planned]) -> Sequence[Planned]:
    return changes


def fill(publisher: Publisher) -> None:
    create = publisher.create
    create("security-basic", "clients", {"username": "crm", "password": "a long password", "roles": ["viewer"]}, by=BY)
    create("security-api-key", "shop", {"expires": "2027-05-06T07:08:09.123456+02:00"}, by=BY)
    create("security-tls", "partner", {"subject": "CN=partner"}, by=BY)
    create("channel-rest", "customers", {"service": "s", "path": "/c/{id}", "security": ["clients", "shop"]}, by=BY)
    create("channel-http", "raw", {"service": "yes", "path": "/raw", "active": False}, by=BY)
    create("outgoing-sql", "Stock", {"url": "sqlite:///x", "username": "012", "password": "1e3"}, by=BY)
    create("outgoing-rest", "CRM", {"address": "https://crm", "timeout_seconds": 0.5}, by=BY)
    create("service", "crm.get", {"time_limit_seconds": 7}, by=BY)
    create("server", "server-1", {}, by=BY)


def test_an_export_goes_back_into_an_empty_cluster_as_the_identical_state(
    publisher: Publisher, log: ConfigurationLog, box: SecretBox, tmp_path: Path, prepared_odb: bytes
) -> None:
    fill(publisher)
    exported = publisher.export()
    (tmp_path / "other.sqlite").write_bytes(prepared_odb)
    database = Database(f"sqlite:///{tmp_path / 'other.sqlite'}")
    other_log = ConfigurationLog(database)
    other = Publisher(other_log, box, SystemClock())
    summary = other.import_(exported, ImportMode.REPLACE, by=BY)
    assert (len(summary.created), summary.updated, summary.deleted, summary.revision) == (9, (), (), 9)
    assert values(other_log) == values(log)
    assert other.export() == exported
    database.dispose()


@pytest.mark.parametrize("mode", ImportMode)
def test_importing_what_was_just_exported_changes_nothing(
    publisher: Publisher, log: ConfigurationLog, mode: ImportMode
) -> None:
    fill(publisher)
    summary = publisher.import_(publisher.export(), mode, by=BY)
    assert (summary.unchanged, summary.revision, log.revision()) == (9, 9, 9)


def test_importing_the_same_users_again_hashes_nothing(log: ConfigurationLog, box: SecretBox) -> None:
    costly: list[str] = []

    def hashed(password: str) -> str:
        costly.append(password)
        return hash_password(password)

    def matches(password: str, hashed: str) -> bool:
        costly.append(password)
        return password_matches(password, hashed)

    publisher = Publisher(log, box, SystemClock(), hashed=HashedPasswords(hashed, matches))
    users = {f"u{n}": {"username": f"user-{n}", "password": f"secret-of-{n}"} for n in range(20)}
    document = yaml.dump({"security-basic": users})
    publisher.preview(lambda it: it.import_(document, ImportMode.MERGE, by=BY))
    for _ in range(2):
        publisher.import_(document, ImportMode.MERGE, by=BY)
    assert len(costly) == 20
    assert publisher.import_(document, ImportMode.MERGE, by=BY).unchanged == 20


def test_an_export_does_not_open_in_a_cluster_with_another_key(publisher: Publisher, log: ConfigurationLog) -> None:
    fill(publisher)
    other = Publisher(log, SecretBox(b"x" * 32), SystemClock())
    with pytest.raises(InvalidInput) as caught:
        other.import_(publisher.export(), ImportMode.MERGE, by=BY)
    assert [detail.partition(": ")[0] for detail in caught.value.details] == [
        "security-basic 'clients', password",
        "security-api-key 'shop', key",
        "outgoing-sql 'Stock', password",
    ]


def test_an_import_takes_plain_secrets_and_keeps_masked_and_absent_ones(
    publisher: Publisher, log: ConfigurationLog, box: SecretBox
) -> None:
    fill(publisher)
    before = values(log)
    text = """
      security-basic:
        clients: {username: crm, password: '******', roles: [viewer]}
        others: {username: others, password: another password}
      outgoing-sql:
        Stock: {url: 'sqlite:///x', username: '012'}
    """
    summary = publisher.import_(text, ImportMode.MERGE, by=BY)
    assert summary.created == (("security-basic", "others"),)
    assert summary.unchanged == 2
    assert values(log).items() >= before.items()
    value: Any = publisher.get("security-basic", "others").value
    assert password_matches("another password", value.password)
    assert "another password" not in repr(log.items())


def test_replacing_deletes_what_is_not_mentioned_in_an_order_that_holds_and_merging_does_not(
    publisher: Publisher, log: ConfigurationLog
) -> None:
    fill(publisher)
    deployment = {"deployment_id": 1, "sha256": "a" * 64, "module": "m", "services": [], "switch_at": AT}
    publisher.create("deployment", "m.py", deployment, by=BY)
    text = """
      channel-rest:
        new: {service: s, path: '/c/{other}', security: [fresh]}
      security-tls:
        fresh: {subject: CN=partner}
    """
    with pytest.raises(InvalidInput) as caught:
        publisher.import_(text, ImportMode.MERGE, by=BY)
    assert len(caught.value.details) == 6  # five methods of the route, and the subject
    summary = publisher.import_(text, ImportMode.REPLACE, by=BY)
    assert set(values(log)) == {("channel-rest", "new"), ("security-tls", "fresh"), ("deployment", "m.py")}
    changes = [(change.action.value, change.kind) for change in log.changes_after(10)]
    assert changes[:2] == [("create", "security-tls"), ("create", "channel-rest")]
    assert [kind for action, kind in changes[2:4]] == ["channel-http", "channel-rest"]
    assert summary.revision == log.revision() == 21


def test_everything_wrong_in_an_import_is_reported_together_and_nothing_changes(
    publisher: Publisher, log: ConfigurationLog
) -> None:
    fill(publisher)
    before = log.revision()
    text = """
      channel-rest:
        a: {service: s, path: no-slash, methods: [BREW]}
        b: {service: s, path: '/c/{x}', methods: [GET]}
        c: {service: s, path: /ok, security: [nobody, broken]}
        'd/e': {service: s, path: also-no-slash}
        f: 7
      security-basic:
        broken: {username: 'a:b'}
        good: {username: good, password: a long password}
      channel-soap:
        x: {wsdl: y}
      deployment:
        m.py: {}
    """
    with pytest.raises(InvalidInput) as caught:
        publisher.import_(text, ImportMode.MERGE, by=BY)
    details = "\n".join(caught.value.details)
    for expected in (
        "channel-rest 'a', methods[0]: ",
        "channel-rest 'b', path: GET /c/{x} is already taken by channel-rest 'customers'",
        "channel-rest 'c', security: there is no security-basic, security-api-key or security-tls called 'nobody'",
        "channel-rest 'd/e', name: ",
        "channel-rest 'd/e', path: ",
        "channel-rest 'f', value: ",
        "security-basic 'broken', password: it is missing",
        "channel-soap 'x', kind: ",
        "deployment 'm.py', kind: ",
    ):
        assert expected in details
    assert "'broken'; create" not in details
    assert "called 'broken'" not in details
    assert log.revision() == before


def test_items_of_one_import_may_not_take_the_same_route(publisher: Publisher) -> None:
    text = (
        "channel-rest: {a: {service: s, path: '/{x}'}}\nchannel-http: {b: {service: s, path: '/{y}', methods: [GET]}}"
    )
    with pytest.raises(InvalidInput, match=r"GET /\{y\} is already taken|GET /\{x\} is already taken") as caught:
        publisher.import_(text, ImportMode.MERGE, by=BY)
    assert len(caught.value.details) == 1


def test_two_items_can_swap_their_unique_keys(publisher: Publisher) -> None:
    publisher.create("channel-rest", "a", {"service": "s", "path": "/1"}, by=BY)
    publisher.create("channel-rest", "b", {"service": "s", "path": "/2"}, by=BY)
    text = "channel-rest: {a: {service: s, path: /2}, b: {service: s, path: /1}}"
    assert len(publisher.import_(text, ImportMode.MERGE, by=BY).updated) == 2


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


class Overtaken(ConfigurationLog):
    """Somebody else changes something right after each of the first three reads of everything."""

    def __init__(self, database: Database, rival: Publisher) -> None:
        super().__init__(database)
        self._rival = rival
        self._rounds = iter(range(3))

    def items_with_revision(self) -> tuple[int, list[StoredItem]]:
        result = super().items_with_revision()
        if (number := next(self._rounds, None)) is not None:
            self._rival.create("service", f"rival-{number}", {}, by=BY)
        return result


def test_an_import_that_lost_a_race_is_decided_again(
    publisher: Publisher, log: ConfigurationLog, database: Database, box: SecretBox
) -> None:
    fill(publisher)
    other = Publisher(Overtaken(database, publisher), box, SystemClock())
    other.import_("service: {mine: {}}", ImportMode.REPLACE, by=BY)
    assert set(values(log)) == {("service", "mine")}


def test_a_roll_back_that_lost_a_race_is_decided_again(
    publisher: Publisher, log: ConfigurationLog, database: Database, box: SecretBox
) -> None:
    fill(publisher)
    then = values(log)
    publisher.update("service", "crm.get", {}, by=BY)
    Publisher(Overtaken(database, publisher), box, SystemClock()).rollback_all(9, by=BY, prepare=unprepared)
    assert values(log) == then


texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30).filter(
    lambda text: character_error(text) is None
)
item_names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9 ._:@-]{0,10}[a-z0-9]", fullmatch=True)
services = st.dictionaries(item_names, st.tuples(texts, st.booleans()), max_size=6)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(services, services)
def test_any_state_survives_export_and_import_and_rolling_back(
    publisher: Publisher, log: ConfigurationLog, first: dict[str, Any], second: dict[str, Any]
) -> None:
    def documented(state: dict[str, Any]) -> str:
        items = {
            name: {"service": text, "path": f"/{position}/{{x}}", "active": active}
            for position, (name, (text, active)) in enumerate(state.items())
        }
        return yaml.safe_dump({"channel-rest": items}, allow_unicode=False)

    publisher.import_(documented(first), ImportMode.REPLACE, by=BY)
    then, exported, revision = values(log), publisher.export(), log.revision()
    publisher.import_(documented(second), ImportMode.REPLACE, by=BY)
    publisher.import_(exported, ImportMode.REPLACE, by=BY)
    assert values(log) == then
    publisher.import_(documented(second), ImportMode.REPLACE, by=BY)
    publisher.rollback_all(revision, by=BY, prepare=unprepared)
    assert values(log) == then
    assert [difference.name for difference in publisher.diff(revision) if difference.fields] == []
    everything = Configuration.from_items(*log.items_with_revision())
    assert everything == Configuration.from_items(0, []).apply(log.changes_after(0, 100_000))
