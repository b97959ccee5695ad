"""The token that lets a machine join."""

from __future__ import annotations

import secrets

import msgspec
import pytest

from zato.cluster.token import JoinToken, decode, encode
from zato.core.errors import InvalidInput

TOKEN = JoinToken(
    address="10.77.1.11",
    port=11223,
    name="first.example.com",
    authority=secrets.token_bytes(32),
    secret=secrets.token_bytes(32),
    server=2,
    expires=1_800_000_000,
)


def test_a_token_says_again_what_was_put_into_it_and_is_one_word() -> None:
    text = encode(TOKEN)
    assert decode(text) == TOKEN
    assert decode(f"  {text}\n") == TOKEN
    assert text.replace("-", "").replace("_", "").isalnum()
    assert len(text) < 250


def test_no_changed_character_and_no_missing_part_of_a_token_goes_unnoticed() -> None:
    text = encode(TOKEN)
    for index in range(len(text)):
        other = "A" if text[index] != "A" else "B"
        with pytest.raises(InvalidInput) as refused:
            decode(text[:index] + other + text[index + 1 :])
        assert refused.value.code in {"token-damaged", "not-a-token"}
        with pytest.raises(InvalidInput):
            decode(text[:index])


@pytest.mark.parametrize("text", ["", "zato1-", "zato1-é", "zato2-AAAA", "zato1-" + "A" * 3000, "zato1-A B"])
def test_what_is_no_token_is_told_apart(text: str) -> None:
    with pytest.raises(InvalidInput):
        decode(text)


def test_values_that_no_cluster_puts_into_a_token_are_refused_though_the_checksum_is_right() -> None:
    for change in ({"server": 65}, {"port": 0}, {"secret": b"short"}, {"authority": b""}, {"address": ""}):
        with pytest.raises(InvalidInput):
            decode(encode(msgspec.structs.replace(TOKEN, **change)))
