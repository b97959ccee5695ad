"""Which dead letters somebody means. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from zato.admin_api.schemas.messages import MessagesFilter
from zato.broker.message import DeadLetter

LOOKED_AT_MAX = 1000
"""Dead letters, the newest ones."""


def chosen(letters: Iterable[DeadLetter], by: MessagesFilter) -> list[DeadLetter]:
    """Those that all conditions hold of."""
    return [letter for letter in letters if _is_meant(letter, by)]


def describes_some(by: MessagesFilter) -> bool:
    """Whether there is any condition."""
    return any(each is not None for each in (by.service, by.principal, by.cid, by.q, by.since, by.until))


def _is_meant(letter: DeadLetter, by: MessagesFilter) -> bool:
    return (
        by.service in (None, letter.service)
        and by.principal in (None, letter.principal)
        and by.cid in (None, letter.cid)
        and (by.q is None or by.q.casefold() in letter.reason.casefold())
        and (by.since is None or letter.died >= by.since)
        and (by.until is None or letter.died < by.until)
    )
