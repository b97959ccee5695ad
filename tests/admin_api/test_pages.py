"""Lists of items, page by page: nothing is left out and nothing comes twice, whatever changes in between."""

from __future__ import annotations

from typing import Any

import pytest

from zato.admin_api.pages import page_of
from zato.admin_api.schemas.items import ItemsQuery
from zato.config.item import Item
from zato.config.kinds import ServiceSettings
from zato.core.errors import InvalidInput

# Names in another order than revisions
ITEMS = [
    Item("service", name, revision, ServiceSettings())
    for name, revision in zip("cabed", (9, 10, 2, 30, 4), strict=True)
]


def pages(**query: Any) -> list[list[str]]:
    """All pages, one after the other."""
    found: list[list[str]] = []
    after: str | None = None
    while True:
        page, after = page_of(ITEMS, ItemsQuery(**{**query, "after": after}))
        found.append([item.name for item in page])
        if after is None:
            return found


@pytest.mark.parametrize(
    ("sort", "expected"), [("name", "abcde"), ("-name", "edcba"), ("revision", "bdcae"), ("-revision", "eacdb")]
)
@pytest.mark.parametrize("limit", [1, 2, 4, 5, 100])
def test_pages_in_any_order_are_the_whole_list(sort: str, expected: str, limit: int) -> None:
    found = pages(sort=sort, limit=limit)
    assert [name for page in found for name in page] == list(expected)
    assert all(len(page) == limit for page in found[:-1])
    assert found[-1]  # no empty page at the end


@pytest.mark.parametrize(
    ("sort", "after", "expected"), [("name", "bb", "cde"), ("-name", "bb", "ba"), ("revision", "5", "cae")]
)
def test_a_page_goes_on_behind_an_item_that_is_there_no_more(sort: Any, after: str, expected: str) -> None:
    page, _ = page_of(ITEMS, ItemsQuery(sort=sort, after=after))
    assert [item.name for item in page] == list(expected)


def test_only_what_is_searched_for_is_listed() -> None:
    assert pages(q="b") == [["b"]]
    assert pages(q="nothing of the kind") == [[]]


@pytest.mark.parametrize("after", ["a", "", "-1", "²", "1.5"])
def test_a_place_in_another_order_is_refused(after: str) -> None:
    with pytest.raises(InvalidInput, match="is of another order"):
        page_of(ITEMS, ItemsQuery(sort="revision", after=after))
