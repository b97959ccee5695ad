"""Lists of items: those that are asked for, in the order that is asked for, page by page. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from zato.admin_api.schemas.items import ItemsQuery
from zato.config.item import Item
from zato.config.searching import matched
from zato.core.errors import InvalidInput


def page_of(items: Sequence[Item], query: ItemsQuery) -> tuple[Sequence[Item], str | None]:
    """The page, and what `after` is to be for the next one. A page goes on behind an item that is there no more, too.

    Raises InvalidInput for an `after` of another order.
    """
    found = [item for item in items if query.q is None or matched(item, query.q)]
    backwards = query.sort.startswith("-")
    if query.sort.endswith("revision"):
        found.sort(key=lambda item: item.revision, reverse=backwards)
        last = None if query.after is None else _revision(query.after)
        found = [item for item in found if last is None or _is_behind(item.revision, last, backwards)]
    else:
        found.sort(key=lambda item: item.name, reverse=backwards)
        found = [item for item in found if query.after is None or _is_behind(item.name, query.after, backwards)]
    page = found[: query.limit]
    if len(page) == len(found):
        return page, None
    return page, str(page[-1].revision) if query.sort.endswith("revision") else page[-1].name


def _is_behind(key: str | int, last: str | int, backwards: bool) -> bool:
    return key < last if backwards else key > last  # type: ignore[operator]


def _revision(after: str) -> int:
    if not (after.isascii() and after.isdecimal()):
        raise InvalidInput(f"after: {after!r} is of another order; give the `next` of the page before.")
    return int(after)
