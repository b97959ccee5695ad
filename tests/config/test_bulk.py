"""Export and import, against a real ODB."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.whole_configuration import AT, BY, Overtaken, fill, unprepared, values
from zato.config.configuration import Configuration
from zato.config.hashed_passwords import HashedPasswords
from zato.config.kinds.text import character_error
from zato.config.publisher import ImportMode, Publisher
from zato.config.secrets import SecretBox, hash_password, password_matches
from zato.core.clock import SystemClock
from zato.core.errors import InvalidInput
from zato.odb.database import Database
from zato.odb.log import ConfigurationLog


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


def test_an_import_that_lost_a_race_is_decided_again(
    publisher: Publisher, log: ConfigurationLog, database: Database, box: SecretBox
) -> None:
    fill(publisher)
    other = Publisher(Overtaken(database, publisher), box, SystemClock())
    other.import_("service: {mine: {}}", ImportMode.REPLACE, by=BY)
    assert set(values(log)) == {("service", "mine")}


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
