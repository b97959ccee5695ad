"""Finding items by a text."""

from __future__ import annotations

import pytest

from zato.config.codec import decode
from zato.config.item import Item
from zato.config.searching import Match, Rank, matched


def _item(kind: str, name: str, **fields: object) -> Item:
    return Item(kind, name, 1, decode(kind, name, fields))


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("orders", Match(Rank.SAME_NAME)),
        ("ORD", Match(Rank.BEGINS_NAME)),
        ("ders", Match(Rank.IN_NAME)),
        ("/buy/", Match(Rank.IN_FIELD, "path")),
        ("shop.place", Match(Rank.IN_FIELD, "service")),
        ("patch", Match(Rank.IN_FIELD, "methods")),
        ("stock", None),
    ],
)
def test_the_name_comes_before_fields(text: str, match: Match | None) -> None:
    item = _item("channel-rest", "Orders", path="/buy/{id}", service="shop.place-order", methods=["PATCH"])
    assert matched(item, text) == match


def test_no_secret_is_found_nor_that_there_is_one() -> None:
    item = _item("outgoing-rest", "crm", address="https://crm.example.com", security="bearer", secret="sealed:abcdef")
    for text in ("sealed", "abcdef", "***"):
        assert matched(item, text) is None
    assert matched(_item("security-basic", "jane", username="jane", password="$2b$12$abcdefgh"), "$2b") is None
