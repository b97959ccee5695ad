"""A secret goes nowhere but where somebody who knew it said: every field that binds it, every way to change one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
import yaml

from zato.config.codec import ENCRYPTED
from zato.config.kinds import KINDS, Binding, Kind, targets
from zato.config.kinds.kind import Group
from zato.config.kinds.outgoing_sql import OutgoingSql
from zato.config.publisher import Author, ImportMode, Publisher
from zato.config.secrets import SecretBox
from zato.core.errors import InvalidInput
from zato.odb.log import ConfigurationLog

SECRET = "the secret that nobody may see"
SQL = {"url": "postgresql+psycopg2://db.example.com/stock", "username": "zato", "password": SECRET}
STRICT_SQL = {**SQL, "url": "mysql+pymysql://db.example.com/stock", "strict_certificates": True}
REST = {"address": "https://crm.example.com/api", "security": "bearer", "secret": "a-token-that-nobody-may-see"}
BASIC = {"username": "crm", "password": SECRET}
KEY = {"header": "X-Shop", "key": "a-key-that-nobody-may-see"}

BY = Author("ann", "c" * 32)
WITH_SECRETS = [kind for kind in KINDS.values() if kind.secret_fields]


def test_a_kind_with_a_secret_that_is_bound_to_nothing_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="does not say which fields password are bound to"):
        Kind("new", OutgoingSql, "", "", Group.OUTGOING, "", "", {}, secret_fields=("password",))


def test_whoever_adds_a_field_beside_a_secret_has_to_say_whether_it_binds_it() -> None:
    def kind(bound: tuple[str, ...], harmless: tuple[str, ...]) -> Kind[Any]:
        bindings = {"password": tuple(Binding(field, "") for field in bound)}
        return Kind(
            "new",
            OutgoingSql,
            "",
            "",
            Group.OUTGOING,
            "",
            "",
            {},
            secret_fields=("password",),
            bindings=bindings,
            harmless_fields=harmless,
        )

    bound = ("url", "username", "ca_certificate", "strict_certificates")
    kind(bound, ("pool_size", "timeout_seconds"))
    with pytest.raises(ValueError, match="does not say of timeout_seconds whether password is bound to it"):
        kind(bound, ("pool_size",))
    with pytest.raises(ValueError, match="does not say of each field once"):
        kind(bound, ("pool_size", "timeout_seconds", "url"))


@pytest.mark.parametrize("kind", [kind for kind in KINDS.values() if not kind.lets_in], ids=lambda kind: kind.name)
def test_no_connection_sends_the_secret_of_a_definition_that_it_refers_to(kind: Kind[Any]) -> None:
    """Else whoever may change the connection would send that secret where they like: it would have to bind, too."""
    named = {name for reference in kind.references for name in targets(reference)}
    assert kind.group is not Group.OUTGOING or not named & {each.name for each in WITH_SECRETS}


# kind, what it is, the secret, and for each field that binds it what it becomes
MOVES: list[tuple[str, dict[str, Any], str, dict[str, Any]]] = [
    ("outgoing-sql", SQL, "password", {"url": "postgresql+psycopg2://127.0.0.1/stock"}),
    ("outgoing-sql", SQL, "password", {"url": SQL["url"] + "?sslmode=disable"}),
    ("outgoing-sql", SQL, "password", {"username": "postgres"}),
    ("outgoing-sql", STRICT_SQL, "password", {"strict_certificates": False}),
    ("outgoing-rest", REST, "secret", {"address": "https://thief.example.com/api"}),
    ("outgoing-rest", REST, "secret", {"address": "http://crm.example.com/api"}),
    ("outgoing-rest", REST, "secret", {"address": "https://crm.example.com/thief"}),
    ("outgoing-rest", REST, "secret", {"security": "api-key"}),
    ("outgoing-rest", REST, "secret", {"security": "none"}),
    ("outgoing-rest", REST, "secret", {"header": "Referer"}),
    ("outgoing-rest", REST, "secret", {"username": "thief"}),
    ("outgoing-rest", REST, "secret", {"ping_path": "/thief"}),
    ("outgoing-rest", {**REST, "strict_certificates": True}, "secret", {"strict_certificates": False}),
    ("security-basic", BASIC, "password", {"username": "other"}),
    ("security-api-key", KEY, "key", {"header": "X-Other"}),
]
WAYS: dict[str, Callable[[Publisher, str, dict[str, Any], str], object]] = {
    "masked": lambda publisher, kind, body, secret: publisher.update(kind, "it", {**body, secret: "******"}, by=BY),
    "absent": lambda publisher, kind, body, secret: publisher.update(kind, "it", _without(body, secret), by=BY),
    "import masked": lambda publisher, kind, body, secret: publisher.import_(
        yaml.safe_dump({kind: {"it": {**body, secret: "******"}}}), ImportMode.MERGE, by=BY
    ),
    "import absent": lambda publisher, kind, body, secret: publisher.import_(
        yaml.safe_dump({kind: {"it": _without(body, secret)}}), ImportMode.REPLACE, by=BY
    ),
}


def _without(body: dict[str, Any], secret: str) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != secret}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("kind", "body", "secret", "change"), MOVES, ids=lambda value: str(value)[:60])
def test_changing_a_field_that_binds_a_secret_asks_for_it_anew(
    publisher: Publisher, kind: str, body: dict[str, Any], secret: str, change: dict[str, Any], way: str
) -> None:
    before = publisher.create(kind, "it", body, by=BY)
    with pytest.raises(InvalidInput) as caught:
        WAYS[way](publisher, kind, {**body, **change}, secret)
    (field,) = change
    assert caught.value.code == "secret-needed"
    how = "" if kind.startswith("security-") else ", or null to remove it"
    assert f"{secret}: give it anew{how}, since {field} changes, which says" in caught.value.message
    assert publisher.get(kind, "it").value == before.value
    publisher.update(kind, "it", {**body, **change}, by=BY)  # whoever knows it may do that
    WAYS[way](publisher, kind, {**body, **change}, secret)


def test_everything_wrong_is_said_beside_a_secret_that_is_needed_anew(publisher: Publisher) -> None:
    publisher.create("outgoing-rest", "it", REST, by=BY)
    body = {**_without(REST, "secret"), "address": "https://thief.example.com", "ping_path": "x"}
    with pytest.raises(InvalidInput) as caught:
        publisher.update("outgoing-rest", "it", body, by=BY)
    assert caught.value.code == "invalid-item"
    assert [detail.partition(":")[0] for detail in caught.value.details] == ["ping_path", "secret", "secret"]


def exported(publisher: Publisher, kind: str) -> dict[str, Any]:
    return dict(yaml.safe_load(publisher.export())[kind]["it"])


@pytest.mark.parametrize(("kind", "body", "secret", "change"), MOVES, ids=lambda value: str(value)[:60])
@pytest.mark.parametrize("there", [True, False], ids=["there", "deleted"])
def test_an_exported_secret_goes_back_with_the_fields_that_it_was_exported_with_only(
    publisher: Publisher, kind: str, body: dict[str, Any], secret: str, change: dict[str, Any], there: bool
) -> None:
    before = publisher.create(kind, "it", body, by=BY).value
    document = exported(publisher, kind)
    if not there:
        publisher.delete(kind, "it", by=BY)
    for moved in ({kind: {"it": {**document, **change}}}, {kind: {"another": document}}):
        with pytest.raises(InvalidInput) as caught:
            publisher.import_(yaml.safe_dump(moved), ImportMode.MERGE, by=BY)
        assert f"{secret}: " in caught.value.message
        assert caught.value.code == "invalid-items"
    # A field that does not bind it may be another one
    name, value = ("timeout_seconds", 9.0) if "timeout_seconds" in document else ("active", False)
    publisher.import_(yaml.safe_dump({kind: {"it": {**document, name: value}}}), ImportMode.MERGE, by=BY)
    assert publisher.get(kind, "it").value == msgspec.structs.replace(before, **{name: value})


@pytest.mark.parametrize("make", ["create", "update"])
def test_an_encrypted_secret_is_taken_by_an_import_only(publisher: Publisher, box: SecretBox, make: str) -> None:
    publisher.create("outgoing-sql", "it", SQL, by=BY)
    given = [exported(publisher, "outgoing-sql")["password"]]
    given.append(box.encrypt(SECRET, kind="outgoing-sql", name="it", field="password"))  # as it is stored
    if make == "create":
        publisher.delete("outgoing-sql", "it", by=BY)
    for encrypted in given:
        assert encrypted.startswith(ENCRYPTED)
        with pytest.raises(InvalidInput, match="password: a sealed secret is taken by an import only"):
            getattr(publisher, make)("outgoing-sql", "it", {**SQL, "password": encrypted}, by=BY)


def test_what_an_earlier_release_exported_goes_back_where_the_item_still_has_it(
    publisher: Publisher, box: SecretBox
) -> None:
    publisher.create("outgoing-sql", "it", SQL, by=BY)
    old = {**SQL, "password": box.encrypt(SECRET, kind="outgoing-sql", name="it", field="password")}

    def import_(body: dict[str, Any]) -> int:
        text = yaml.safe_dump({"outgoing-sql": {"it": body}})
        return publisher.import_(text, ImportMode.MERGE, by=BY).unchanged

    assert import_(old) == 1
    with pytest.raises(InvalidInput, match="since url changes") as caught:
        import_({**old, "url": "postgresql+psycopg2://127.0.0.1/stock"})
    assert caught.value.code == "secret-needed"
    publisher.update("outgoing-sql", "it", {**SQL, "password": "another one"}, by=BY)
    with pytest.raises(InvalidInput, match="exported by an earlier release"):
        import_(old)
    publisher.delete("outgoing-sql", "it", by=BY)
    with pytest.raises(InvalidInput, match="exported by an earlier release"):
        import_(old)


def test_a_hash_that_an_earlier_release_exported_goes_back_where_the_item_still_has_it(
    publisher: Publisher, box: SecretBox
) -> None:
    value: Any = publisher.create("security-basic", "it", BASIC, by=BY).value
    old = {**BASIC, "password": box.encrypt(value.password, kind="security-basic", name="it", field="password")}
    assert publisher.import_(yaml.safe_dump({"security-basic": {"it": old}}), ImportMode.MERGE, by=BY).unchanged == 1
    with pytest.raises(InvalidInput, match="since username changes"):
        publisher.import_(
            yaml.safe_dump({"security-basic": {"it": {**old, "username": "other"}}}), ImportMode.MERGE, by=BY
        )
    publisher.update("security-basic", "it", {**BASIC, "password": "another password"}, by=BY)
    with pytest.raises(InvalidInput, match="exported by an earlier release"):
        publisher.import_(yaml.safe_dump({"security-basic": {"it": old}}), ImportMode.MERGE, by=BY)


def test_rolling_an_item_back_moves_a_secret_for_an_administrator_only(publisher: Publisher) -> None:
    first = publisher.create("outgoing-sql", "it", {**SQL, "url": "postgresql+psycopg2://old/stock"}, by=BY)
    second = publisher.update("outgoing-sql", "it", SQL, by=BY)
    publisher.update("outgoing-sql", "it", {**SQL, "password": "another one"}, by=BY)
    assert publisher.rollback_item("outgoing-sql", "it", second.revision, by=BY).value == second.value
    publisher.delete("outgoing-sql", "it", by=BY)
    assert publisher.rollback_item("outgoing-sql", "it", second.revision, by=BY).value == second.value
    for deleted in (False, True):
        if deleted:
            publisher.delete("outgoing-sql", "it", by=BY)
        with pytest.raises(InvalidInput, match=r"since url changes.*have an administrator") as caught:
            publisher.rollback_item("outgoing-sql", "it", first.revision, by=BY)
        assert caught.value.code == "secret-needed"
    back = publisher.rollback_item("outgoing-sql", "it", first.revision, by=BY, moves_secrets=True)
    assert back.value == first.value


def test_an_item_without_a_secret_moves_and_rolls_back_freely(publisher: Publisher, log: ConfigurationLog) -> None:
    first = publisher.create("outgoing-rest", "it", {"address": "https://crm.example.com"}, by=BY)
    publisher.update("outgoing-rest", "it", {"address": "https://other.example.com"}, by=BY)
    assert publisher.rollback_item("outgoing-rest", "it", first.revision, by=BY).value == first.value
    assert log.revision() == 3
