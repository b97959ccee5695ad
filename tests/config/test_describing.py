"""What is told of kinds is enough to make a form for each, and true."""

from __future__ import annotations

import json

import msgspec
import pytest

from zato.config.codec import decode
from zato.config.describing import DescribedField, DescribedKind, described_kinds
from zato.config.kinds import KINDS

ALL = {kind.name: kind for kind in described_kinds()}


def field(kind: str, name: str) -> DescribedField:
    return next(one for one in ALL[kind].fields if one.name == name)


def test_every_kind_is_told_and_is_json() -> None:
    assert list(ALL) == list(KINDS)
    assert json.loads(msgspec.json.encode(tuple(ALL.values())))
    assert {kind.group for kind in ALL.values()} == {"channels", "outgoing", "security", "services", "cluster"}


@pytest.mark.parametrize("kind", ALL.values(), ids=ALL)
def test_a_form_that_is_filled_with_examples_and_defaults_is_accepted(kind: DescribedKind) -> None:
    body = {
        one.name: one.example if one.example is not None else one.default
        for one in kind.fields
        if one.required or one.example is not None
    }
    generated = {one.name: "a-key-of-sixteen-characters" for one in kind.fields if one.generated}
    value = decode(kind.name, kind.example_name, {**body, **generated})
    for one in kind.fields:
        if not one.required and one.example is None and not one.generated:
            assert msgspec.to_builtins(getattr(value, one.name)) == one.default
        if one.choices:
            assert one.description
        if one.shown_when is not None:
            other = field(kind.name, one.shown_when.field)
            assert set(one.shown_when.values) <= set(other.choices)
        if one.reference is not None:
            assert set(one.reference.kinds) <= set(ALL)


def test_fields_say_what_they_are() -> None:
    password = field("outgoing-rest", "password")
    assert (password.secret, password.hashed, password.shown_when) == (
        True,
        False,
        msgspec.structs.replace(password.shown_when, values=("basic",)),  # type: ignore[type-var]
    )
    assert field("security-basic", "password").hashed
    key = field("security-api-key", "key")
    assert (key.generated, key.required, ALL["security-api-key"].rotates) == (True, False, True)
    address = field("outgoing-rest", "address")
    assert (address.local, set(address.bound)) == (True, {"password", "secret", "client_key"})
    assert field("outgoing-rest", "timeout_seconds").unit == "s"
    methods = field("channel-rest", "methods")
    assert methods.several
    assert "GET" in methods.choices
    assert field("channel-rest", "service").service
    security = field("channel-rest", "security").reference
    assert security is not None
    assert security.many
    assert ALL["outgoing-sql"].pingable
