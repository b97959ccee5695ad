"""Secrets of items: kept as they are not given, replaced, generated, never shown."""

from __future__ import annotations

import pytest

from support.filled_configuration import BASIC, PLAIN_SECRETS, SQL, field
from zato.config.codec import public
from zato.config.publisher import Author, Publisher
from zato.config.secrets import SecretBox, password_matches
from zato.core.clock import Clock
from zato.core.errors import InvalidInput
from zato.odb.database import Database
from zato.odb.log import ConfigurationLog, StoredItem


def test_an_update_without_a_revision_does_not_bring_back_a_secret_that_was_just_replaced(
    filled: Publisher, database: Database, by: Author, box: SecretBox, clock: Clock
) -> None:
    class Overtaken(ConfigurationLog):
        """The secret is replaced right after the first read of the item."""

        replaced = False

        def item(self, kind: str, name: str) -> StoredItem:
            found = super().item(kind, name)
            if not self.replaced:
                self.replaced = True
                filled.update(kind, name, {**SQL, "password": "the new secret"}, by=by)
            return found

    other = Publisher(Overtaken(database), box, clock)
    item = other.update("outgoing-sql", "Stock", {**SQL, "password": "******", "pool_size": 7}, by=by)
    opened = box.decrypt(field(item, "password"), kind="outgoing-sql", name="Stock", field="password")
    assert (opened, field(item, "pool_size")) == ("the new secret", 7)


def test_no_secret_is_shown_or_stored_in_plain_text(filled: Publisher, database: Database, by: Author) -> None:
    filled.update("outgoing-sql", "Stock", {**SQL, "password": "another secret of stock"}, by=by)
    shown = [filled.export(), repr(filled.diff(0)), repr(filled.diff(3, 6))]
    for kind in ("security-basic", "security-api-key", "outgoing-sql", "outgoing-rest", "channel-rest"):
        for item in filled.list(kind):
            shown.extend([repr(item), repr(public(kind, item.value)), repr(filled.history(kind, item.name))])
    with database.read() as connection:
        for table in ("zt_item", "zt_change", "zt_audit"):
            shown.append(repr(connection.exec_driver_sql(f"SELECT * FROM {table}").all()))
    text = "\n".join(shown)
    assert [secret for secret in (*PLAIN_SECRETS, "another secret of stock") if secret in text] == []
    assert filled.diff(3, 6)[-1].fields[0].before == "******"
    assert "$2b$" not in filled.export() + repr(filled.history("security-basic", "clients"))


def test_what_people_see_has_masks_for_secrets_that_are_set_and_nothing_for_others(filled: Publisher) -> None:
    shown = public("outgoing-rest", filled.get("outgoing-rest", "CRM").value)
    assert (shown["secret"], shown["password"], shown["address"]) == ("******", None, "https://crm")


@pytest.mark.parametrize("kept", [{}, {"password": "******"}], ids=["absent", "masked"])
def test_a_secret_that_is_not_given_stays(filled: Publisher, by: Author, box: SecretBox, kept: dict[str, str]) -> None:
    body = {"url": SQL["url"], "username": SQL["username"], "timeout_seconds": 3, **kept}
    item = filled.update("outgoing-sql", "Stock", body, by=by)
    opened = box.decrypt(field(item, "password"), kind="outgoing-sql", name="Stock", field="password")
    assert opened == "the secret of stock"
    item = filled.update("security-basic", "clients", {"username": "crm", "roles": ["viewer"], **kept}, by=by)
    assert password_matches("a long password", field(item, "password"))


def test_a_secret_can_be_replaced_and_removed(filled: Publisher, by: Author, box: SecretBox) -> None:
    item = filled.update("security-basic", "clients", {**BASIC, "password": "another password"}, by=by)
    assert password_matches("another password", field(item, "password"))
    item = filled.update("outgoing-sql", "Stock", {**SQL, "password": None}, by=by)
    assert field(item, "password") is None
    with pytest.raises(InvalidInput, match="password: expected `str`, got `null`"):
        filled.update("security-basic", "clients", {**BASIC, "password": None}, by=by)


def test_a_masked_secret_of_a_new_item_is_refused(publisher: Publisher, by: Author) -> None:
    with pytest.raises(InvalidInput, match="password: it is masked"):
        publisher.create("security-basic", "clients", {**BASIC, "password": "******"}, by=by)


def test_a_password_that_looks_like_a_hash_is_a_password(publisher: Publisher, by: Author) -> None:
    text = "$2b$07$" + "a" * 53
    item = publisher.create("security-basic", "clients", {**BASIC, "password": text}, by=by)
    assert field(item, "password") != text
    assert password_matches(text, field(item, "password"))


def test_an_absent_api_key_is_generated_and_shown_once(publisher: Publisher, by: Author, box: SecretBox) -> None:
    created = publisher.create("security-api-key", "shop", {}, by=by)
    key = created.generated["key"]
    assert len(key) >= 43
    assert key not in repr(created)
    item = publisher.get("security-api-key", "shop")
    assert box.decrypt(field(item, "key"), kind="security-api-key", name="shop", field="key") == key
    assert publisher.create("security-api-key", "other", {"key": "k" * 16}, by=by).generated == {}


def test_everything_wrong_with_an_item_is_said_at_once_without_its_secret(publisher: Publisher, by: Author) -> None:
    with pytest.raises(InvalidInput) as caught:
        publisher.create("security-basic", "a/b", {"username": "a:b", "password": "p" * 80, "rols": []}, by=by)
    assert [detail.partition(":")[0] for detail in caught.value.details] == ["name", "rols"]
    with pytest.raises(InvalidInput) as caught:
        publisher.create("security-basic", "a", {"username": "a:b", "password": "p" * 80}, by=by)
    assert [detail.partition(":")[0] for detail in caught.value.details] == ["username", "password"]
    assert "p" * 80 not in caught.value.message + str(caught.value.details)
