"""From the headers of a request to principals."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import msgspec
import pytest

from support.passwords import WRONG, AnyPassword, basic
from zato.config.configuration import Configuration
from zato.config.item import Item
from zato.config.kinds import Kind, SecurityApiKey, SecurityBasic, SecurityTls, letting_in
from zato.config.secrets import SecretBox
from zato.core.errors import Forbidden, Unauthorized
from zato.core.principal import Authentication, Role
from zato.security.authentication import SecurityIndex

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEY = "a-key-of-more-than-16"
THUMB = "ab" * 32


class StoppedClock:
    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return 0.0


BOX = SecretBox(b"k" * 32)


def _key(name: str, key: str = KEY, **fields: Any) -> Item:
    encrypted = BOX.encrypt(key, kind="security-api-key", name=name, field="key")
    return Item("security-api-key", name, 1, SecurityApiKey(key=encrypted, **fields))


def _basic(name: str, username: str, **fields: Any) -> Item:
    return Item("security-basic", name, 1, SecurityBasic(username=username, password="$2b$07$hash", **fields))


def _tls(name: str, **fields: Any) -> Item:
    return Item("security-tls", name, 1, SecurityTls(**fields))


def _index(*items: Item, clock: StoppedClock | None = None, box: SecretBox = BOX) -> SecurityIndex:
    by_kind: dict[str, dict[str, Item]] = {}
    for item in items:
        by_kind.setdefault(item.kind, {})[item.name] = item
    return SecurityIndex(Configuration(1, MappingProxyType(by_kind)), box, AnyPassword(), clock or StoppedClock())


def _user(name: str, password: str = "any") -> dict[str, Any]:
    return {"HTTP_AUTHORIZATION": basic(name, password)["Authorization"]}


def _names_or_nobody(index: SecurityIndex, environ: dict[str, Any]) -> list[str]:
    try:
        return _names(index, environ)
    except Unauthorized:
        return []


def _names(index: SecurityIndex, environ: dict[str, Any]) -> list[str]:
    return [principal.name for principal in index.authenticate(environ)]


def test_an_api_key_in_its_header_establishes_its_definition_with_its_roles() -> None:
    (principal,) = _index(_key("shop", roles=(Role.VIEWER,))).authenticate({"HTTP_X_API_KEY": KEY})
    assert (principal.name, principal.authentication) == ("shop", Authentication.API_KEY)
    assert principal.roles == {Role.VIEWER}


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"HTTP_X_API_KEY": ""},
        {"HTTP_X_API_KEY": KEY + "x"},
        {"HTTP_X_API_KEY": KEY[:-1]},
        {"HTTP_X_API_KEY": KEY.upper()},
        {"HTTP_X_API_KEY": f"{KEY},{KEY}"},
        {"HTTP_X_API_KEY": "\xff\udcff\x00"},
        {"HTTP_X_OTHER": KEY},
        {"X-API-Key": KEY},
    ],
)
def test_anything_but_the_very_key_in_its_header_establishes_nobody(environ: dict[str, Any]) -> None:
    index = _index(_key("shop"))
    with pytest.raises(Unauthorized):
        index.check(("shop",), environ)


def test_a_key_counts_only_in_the_header_of_its_own_definition() -> None:
    index = _index(_key("one", header="X-One"), _key("two", key="another-key-altogether", header="X-Two"))
    assert _names(index, {"HTTP_X_ONE": KEY}) == ["one"]
    assert _names(index, {"HTTP_X_TWO": KEY}) == []


def test_two_definitions_with_the_same_key_are_both_established() -> None:
    index = _index(_key("one"), _key("two"))
    assert index.check(("two",), {"HTTP_X_API_KEY": KEY}).name == "two"


def test_a_user_is_known_by_the_name_that_is_sent_with_the_password() -> None:
    index = _index(_basic("crm", "jürgen 100%"))
    assert _names(index, _user("jürgen 100%")) == ["crm"]
    for stranger in ("crm", "jürgen", ""):
        with pytest.raises(Unauthorized):
            index.authenticate(_user(stranger))


def test_a_wrong_password_lets_nobody_in_whatever_else_there_is() -> None:
    index = _index(_key("shop"), _basic("crm", "crm"))
    both = {**_user("crm", WRONG), "HTTP_X_API_KEY": KEY}
    with pytest.raises(Unauthorized):
        index.authenticate(both)
    assert _names(index, {**_user("crm"), "HTTP_X_API_KEY": KEY}) == ["shop", "crm"]


def test_the_name_of_a_user_in_a_header_of_the_edge_establishes_nobody() -> None:
    """What an edge said that verified passwords itself."""
    said = {"HTTP_X_ZATO_USER": "crm"}
    assert _names(_index(_basic("crm", "crm")), said) == []


def test_a_client_certificate_is_known_by_fingerprint_or_by_subject() -> None:
    index = _index(_tls("by-thumb", fingerprint=THUMB), _tls("by-subject", subject="CN=partner"))
    assert _names(index, {"HTTP_X_ZATO_TLS_CLIENT": THUMB}) == ["by-thumb"]
    partner = {"HTTP_X_ZATO_TLS_CLIENT": "cd" * 32, "HTTP_X_ZATO_TLS_SUBJECT": "CN%3Dpartner"}
    assert _names(index, partner) == ["by-subject"]


def test_a_subject_without_a_verified_certificate_or_one_that_was_cut_establishes_nobody() -> None:
    long_subject = "CN=" + "a" * 252
    index = _index(_tls("partner", subject="CN=partner"), _tls("long", subject=long_subject))
    assert _names(index, {"HTTP_X_ZATO_TLS_SUBJECT": "CN%3Dpartner"}) == []
    assert _names(index, {"HTTP_X_ZATO_TLS_CLIENT": THUMB, "HTTP_X_ZATO_TLS_SUBJECT": long_subject}) == []


@pytest.mark.parametrize("item", [_key("it"), _basic("it", "user"), _tls("it", fingerprint=THUMB)])
def test_what_is_inactive_or_expired_lets_nobody_in(item: Item) -> None:
    import msgspec

    environ = {"HTTP_X_API_KEY": KEY, "HTTP_X_ZATO_TLS_CLIENT": THUMB}
    if item.kind == "security-basic":
        environ = _user("user")
    inactive = Item(item.kind, item.name, 1, msgspec.structs.replace(item.value, active=False))
    assert _names(_index(item), environ) == ["it"]
    assert _names_or_nobody(_index(inactive), environ) == []
    clock = StoppedClock()
    expires = Item(item.kind, item.name, 1, msgspec.structs.replace(item.value, expires=NOW + timedelta(seconds=1)))
    index = _index(expires, clock=clock)
    assert _names(index, environ) == ["it"]
    clock.time = NOW + timedelta(seconds=1)
    assert _names_or_nobody(index, environ) == []


def test_all_reasons_for_nobody_have_one_and_the_same_message() -> None:
    index = _index(_key("shop"), _basic("gone", "gone", expires=NOW - timedelta(days=1)))
    messages = set()
    for environ in ({}, {"HTTP_X_API_KEY": "wrong"}, _user("gone"), _user("unknown")):
        with pytest.raises(Unauthorized) as caught:
            index.check(("shop", "gone", "no-such-definition"), environ)
        messages.add(str(caught.value))
    assert len(messages) == 1


def test_a_channel_lets_in_any_one_of_its_definitions_and_forbids_others() -> None:
    index = _index(_key("shop"), _basic("crm", "crm"), _basic("other", "other"))
    assert index.check(("shop", "crm"), _user("crm")).name == "crm"
    with pytest.raises(Forbidden, match="other may not"):
        index.check(("shop", "crm"), _user("other"))
    both = {**_user("other"), "HTTP_X_API_KEY": KEY}
    assert index.check(("shop",), both).name == "shop"


def test_a_key_that_cannot_be_opened_lets_nobody_in_and_says_so() -> None:
    index = _index(_key("shop"), box=SecretBox(b"z" * 32))
    assert _names(index, {"HTTP_X_API_KEY": KEY}) == []
    assert "'shop'" in index.problems[0]


def test_only_the_internal_door_believes_the_name_of_a_principal() -> None:
    index = _index(_basic("boss", "boss", roles=(Role.ADMIN,)))
    claim = {"HTTP_X_ZATO_PRINCIPAL": "boss"}
    assert _names(index, claim) == []
    assert _names(index, {**claim, "HTTP_ZATO_INTERNAL": "True"}) == []
    assert _names(index, {**claim, "zato.internal": False}) == []
    (principal,) = index.authenticate({**claim, "zato.internal": True})
    assert (principal.name, principal.authentication) == ("boss", Authentication.INTERNAL)
    assert principal.roles == {Role.ADMIN}


@pytest.mark.parametrize("kind", letting_in(), ids=lambda kind: kind.name)
def test_definitions_of_every_kind_that_lets_in_are_known(kind: Kind[Any]) -> None:
    encrypted = {
        field: BOX.encrypt("x" * 20, kind=kind.name, name="known", field=field) for field in kind.secret_fields
    }
    value = msgspec.convert({**kind.example, **encrypted}, kind.struct)
    index = _index(Item(kind.name, "known", 1, value))
    assert index.problems == ()
    assert _names(index, {"HTTP_X_ZATO_PRINCIPAL": "known", "zato.internal": True}) == ["known"]


def test_zatos_own_components_may_deploy_and_no_more() -> None:
    index = _index()
    (principal,) = index.authenticate({"HTTP_X_ZATO_PRINCIPAL": "hotdeploy", "zato.internal": True})
    assert principal.roles == {Role.DEPLOYER}
    assert principal.authentication is Authentication.INTERNAL


def test_nobody_is_let_in_by_the_internal_door_alone() -> None:
    assert _names(_index(), {"zato.internal": True}) == []


def test_an_unknown_or_expired_name_on_the_internal_door_is_nobody() -> None:
    index = _index(_basic("gone", "gone", expires=NOW))
    for name in ("nobody", "gone", ""):
        assert _names(index, {"HTTP_X_ZATO_PRINCIPAL": name, "zato.internal": True}) == []


def test_neither_keys_nor_their_plain_hashes_are_kept_in_the_index() -> None:
    import hashlib

    index = _index(_key("shop"))
    kept = repr([getattr(index, slot) for slot in index.__slots__ if slot != "_hmac_key"])
    assert KEY not in kept
    assert repr(hashlib.sha256(KEY.encode()).digest()) not in kept
    assert not set(_index(_key("shop"))._keys) & set(index._keys)
