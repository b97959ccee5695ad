"""From what a person sends to what is stored, and back into an export: each secret by itself, without an ODB."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from zato.config.codec import ENCRYPTED, MASK
from zato.config.encrypting import GIVE_ANEW, SecretEncrypter
from zato.config.hashed_passwords import HashedPasswords
from zato.config.secrets import SecretBox
from zato.core.errors import InvalidInput

SECRET = "the secret of stock"
SQL = {"url": "postgresql+psycopg2://db.example.com/stock", "username": "zato", "password": SECRET}
REST = {"address": "https://crm.example.com", "security": "bearer", "secret": "bearer-token-of-crm"}
BASIC = {"username": "crm", "password": "a long password"}


def hash_of(password: str) -> str:
    """As quick as none, and of the length that bcrypt's have."""
    return f"$2b$07${password[::-1]:.<53}"


@pytest.fixture
def box() -> SecretBox:
    return SecretBox(b"k" * 32)


@pytest.fixture
def encrypter(box: SecretBox) -> SecretEncrypter:
    return SecretEncrypter(box, HashedPasswords(hash_of, lambda password, hashed: hash_of(password) == hashed))


def refused(encrypter: SecretEncrypter, *given: Any, **more: Any) -> tuple[str, list[str]]:
    """The code, and each detail's field and first words."""
    with pytest.raises(InvalidInput) as raised:
        encrypter.accept(*given, **more)
    assert not any(secret in str(raised.value.details) for secret in (SECRET, "a long password"))
    return raised.value.code, list(raised.value.details)


def fields(value: msgspec.Struct) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(value)
    return found


def test_a_secret_is_encrypted_for_its_own_item_and_field(encrypter: SecretEncrypter, box: SecretBox) -> None:
    stored = fields(encrypter.accept("outgoing-sql", "Stock", SQL, None))
    assert stored["password"].startswith(ENCRYPTED)
    assert box.decrypt(stored["password"], kind="outgoing-sql", name="Stock", field="password") == SECRET
    with pytest.raises(InvalidInput):
        box.decrypt(stored["password"], kind="outgoing-sql", name="Other", field="password")


def test_a_password_that_is_only_compared_is_hashed_and_keeps_its_hash(encrypter: SecretEncrypter) -> None:
    stored = encrypter.accept("security-basic", "crm", BASIC, None)
    assert fields(stored)["password"] == hash_of("a long password")
    again = encrypter.accept("security-basic", "crm", {**BASIC, "password": MASK}, stored)
    assert again == stored


@pytest.mark.parametrize("given", [{}, {"password": MASK}], ids=["absent", "masked"])
def test_a_secret_that_is_not_given_is_kept_to_the_letter(encrypter: SecretEncrypter, given: dict[str, str]) -> None:
    stored = encrypter.accept("outgoing-sql", "Stock", SQL, None)
    body = {name: value for name, value in SQL.items() if name != "password"}
    kept = encrypter.accept("outgoing-sql", "Stock", {**body, **given, "pool_size": 7}, stored)
    assert fields(kept) == {**fields(stored), "pool_size": 7}


def test_null_removes_a_secret_and_another_one_takes_its_place(encrypter: SecretEncrypter, box: SecretBox) -> None:
    stored = encrypter.accept("outgoing-sql", "Stock", SQL, None)
    assert fields(encrypter.accept("outgoing-sql", "Stock", {**SQL, "password": None}, stored))["password"] is None
    other = fields(encrypter.accept("outgoing-sql", "Stock", {**SQL, "password": "another"}, stored))["password"]
    assert box.decrypt(other, kind="outgoing-sql", name="Stock", field="password") == "another"


def test_a_mask_without_anything_to_keep_is_refused(encrypter: SecretEncrypter) -> None:
    code, details = refused(encrypter, "outgoing-sql", "Stock", {**SQL, "password": MASK}, None)
    assert code == "invalid-item"
    assert details == ["password: it is masked and there is none to keep; give the secret itself"]


def test_a_kept_secret_does_not_go_elsewhere_and_a_given_one_may(encrypter: SecretEncrypter) -> None:
    stored = encrypter.accept("outgoing-sql", "Stock", SQL, None)
    elsewhere = {**SQL, "url": "postgresql+psycopg2://evil.example.com/stock"}
    code, details = refused(encrypter, "outgoing-sql", "Stock", {**elsewhere, "password": MASK}, stored)
    assert code == GIVE_ANEW
    assert details[0].startswith("password: give it anew, or null to remove it, since url changes")
    assert encrypter.accept("outgoing-sql", "Stock", elsewhere, stored)
    assert encrypter.accept("outgoing-sql", "Stock", {**elsewhere, "password": None}, stored)


def test_what_else_is_wrong_comes_beside_it_under_the_usual_code(encrypter: SecretEncrypter) -> None:
    stored = encrypter.accept("outgoing-sql", "Stock", SQL, None)
    body = {"url": "postgresql+psycopg2://evil.example.com/\x00", "username": "zato", "password": MASK}
    code, details = refused(encrypter, "outgoing-sql", "Stock", body, stored)
    assert code == "invalid-item"
    assert {detail.partition(":")[0] for detail in details} == {"url", "password"}


def test_a_type_that_is_wrong_is_told_with_the_name_and_the_secret_that_are(encrypter: SecretEncrypter) -> None:
    _, details = refused(encrypter, "outgoing-sql", "a\x00b", {**SQL, "password": MASK, "pool_size": "many"}, None)
    assert [detail.partition(":")[0] for detail in details] == ["name", "password", "pool_size"]


def test_one_field_is_told_once_where_a_type_is_wrong_as_well(encrypter: SecretEncrypter) -> None:
    _, details = refused(encrypter, "security-basic", "crm", {"username": 5, "password": MASK}, None)
    assert [detail.partition(":")[0] for detail in details] == ["password", "username"]


def exported(encrypter: SecretEncrypter, kind: str, name: str, body: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """What is stored, and what an export of it has."""
    stored = encrypter.accept(kind, name, body, None)
    return stored, encrypter.encrypted(kind, name, stored)


@pytest.mark.parametrize(
    ("kind", "body", "field", "other"),
    [
        ("outgoing-sql", SQL, "password", {"url": "postgresql+psycopg2://evil.example.com/stock"}),
        ("outgoing-rest", REST, "secret", {"address": "https://evil.example.com"}),
    ],
)
def test_an_exported_secret_goes_back_beside_the_fields_that_it_was_exported_with_only(
    encrypter: SecretEncrypter, kind: str, body: dict[str, Any], field: str, other: dict[str, Any]
) -> None:
    stored, document = exported(encrypter, kind, "x", body)
    assert document[field] != fields(stored)[field]
    assert encrypter.accept(kind, "x", document, None, takes_encrypted=True) == stored
    _, details = refused(encrypter, kind, "x", {**document, **other}, None, takes_encrypted=True)
    assert {detail.partition(":")[0] for detail in details} == {field}


def test_an_exported_hash_is_the_hash_again_and_no_password(encrypter: SecretEncrypter) -> None:
    stored, document = exported(encrypter, "security-basic", "crm", BASIC)
    assert document["password"].startswith(ENCRYPTED)
    assert encrypter.accept("security-basic", "crm", document, None, takes_encrypted=True) == stored


def test_an_encrypted_secret_is_taken_by_an_import_only(encrypter: SecretEncrypter) -> None:
    stored, document = exported(encrypter, "outgoing-sql", "Stock", SQL)
    for each in (document, fields(stored)):
        _, details = refused(encrypter, "outgoing-sql", "Stock", each, None)
        assert details == ["password: a sealed secret is taken by an import only; give the secret itself"]


def test_what_an_earlier_release_exported_goes_back_where_it_is_the_secret_now(encrypter: SecretEncrypter) -> None:
    """It did not vouch for the address, so what is stored is all that does."""
    stored = encrypter.accept("outgoing-sql", "Stock", SQL, None)
    document = fields(stored)
    assert encrypter.accept("outgoing-sql", "Stock", document, stored, takes_encrypted=True) == stored
    _, details = refused(encrypter, "outgoing-sql", "Stock", document, None, takes_encrypted=True)
    assert details[0].startswith("password: it was exported by an earlier release")
    changed = encrypter.accept("outgoing-sql", "Stock", {**SQL, "password": "another"}, stored)
    assert refused(encrypter, "outgoing-sql", "Stock", document, changed, takes_encrypted=True)[1] == details
    elsewhere = {**document, "url": "postgresql+psycopg2://evil.example.com/stock"}
    code, _ = refused(encrypter, "outgoing-sql", "Stock", elsewhere, stored, takes_encrypted=True)
    assert code == GIVE_ANEW


def test_a_secret_whose_key_was_lost_is_exported_as_it_is_and_found_wrong(encrypter: SecretEncrypter) -> None:
    stored = encrypter.accept("outgoing-sql", "Stock", SQL, None)
    other = SecretEncrypter(SecretBox(b"x" * 32), HashedPasswords(hash_of))
    assert other.encrypted("outgoing-sql", "Stock", stored)["password"] == fields(stored)["password"]
    (error,) = other.errors("outgoing-sql", "Stock", stored)
    assert error.startswith("password: The sealed password")
    assert encrypter.errors("outgoing-sql", "Stock", stored) == []


def test_line_ends_of_other_systems_are_ours_in_secrets_of_several_lines_only(encrypter: SecretEncrypter) -> None:
    body = {**REST, "client_key": "-----BEGIN\r\nkey", "secret": "a\r\nb"}
    _, details = refused(encrypter, "outgoing-rest", "x", body, None)
    assert [detail.partition(":")[0] for detail in details if "control character" in detail] == ["secret"]


def test_whoever_may_not_know_a_secret_may_not_move_it(encrypter: SecretEncrypter) -> None:
    before = encrypter.accept("outgoing-sql", "Stock", SQL, None)
    wider = encrypter.accept("outgoing-sql", "Stock", {**SQL, "pool_size": 7}, None)
    moved = encrypter.accept("outgoing-sql", "Stock", {**SQL, "username": "root"}, None)
    bare = encrypter.accept("outgoing-sql", "Stock", {**SQL, "username": "root", "password": None}, None)
    assert encrypter.moved("outgoing-sql", "Stock", before, wider) is None
    assert encrypter.moved("outgoing-sql", "Stock", before, bare) is None
    for known in (before, None):
        error = encrypter.moved("outgoing-sql", "Stock", known, moved)
        assert error is not None
        assert error.code == GIVE_ANEW
