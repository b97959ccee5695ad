"""Appends changes to the log after checking, under its lock, what they do to the other items."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from zato.config import administrators, relations
from zato.config.entries import EntryReader
from zato.config.plan import Key, Planned
from zato.config.secrets import SecretBox
from zato.core.clock import Clock
from zato.core.errors import Conflict, InvalidInput
from zato.odb.audit import UNKNOWN, Origin
from zato.odb.log import Appending, ConfigurationLog, StoredItem, Within

_ATTEMPTS = 5
_RACES = frozenset({"stale-revision", "already-exists", "configuration-changed"})

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Author:
    """Who makes a change, under which correlation id, and from where."""

    principal: str
    cid: str
    origin: Origin = UNKNOWN


class Writer:
    """The only code that appends configuration changes; a Rehearsal does all of it but the writing."""

    def __init__(
        self, log: ConfigurationLog, box: SecretBox, clock: Clock, notify: Callable[[int], None] | None = None
    ) -> None:
        """`notify` is told the revision of what was appended: after the commit, before the caller."""
        self._log = log
        self._clock = clock
        self._entries = EntryReader(box)
        self._notify = notify

    def append(
        self,
        changes: Sequence[Planned],
        *,
        by: Author,
        comment: str | None = None,
        based_on: int | None = None,
        within: Within | None = None,
    ) -> tuple[int, ...]:
        """The revisions of the changes, all or none of which are made, and `within` is done with them.

        Raises what `relations.error_of` makes of the problems, and where `based_on` is given and no longer the last
        revision, Conflict `configuration-changed`.
        """
        revisions = self._log.append(
            [change.proposed() for change in changes],
            principal=by.principal,
            cid=by.cid,
            at=self._clock.now(),
            comment=comment,
            check=lambda log: self._check(log, changes, based_on),
            within=within,
            origin=by.origin,
        )
        if self._notify is not None and revisions:
            self._notify(revisions[-1])
        return revisions

    def _check(self, log: Appending, changes: Sequence[Planned], based_on: int | None) -> None:
        if based_on is not None and log.revision != based_on:
            raise Conflict(
                "The configuration was changed by somebody else at the same time; try again.",
                code="configuration-changed",
            )
        if found := self._problems(self._entries.locked(log), changes):
            raise relations.error_of(found)

    def problems(
        self, items: Sequence[StoredItem], changes: Sequence[Planned], assumed: Iterable[Key] = ()
    ) -> list[relations.Problem]:
        """What the changes break; items in `assumed` count as there, for what is wrong with them is said elsewhere."""
        return self._problems(self._entries.of(items), changes, assumed)

    def _problems(
        self, before: Mapping[Key, relations.Entry], changes: Sequence[Planned], assumed: Iterable[Key] = ()
    ) -> list[relations.Problem]:
        after = dict(before)
        for key in assumed:
            after.setdefault(key, relations.Entry(*key, None))
        for change in changes:
            if change.value is None:
                after.pop(change.key, None)
            else:
                after[change.key] = self._entries.entry(change.kind, change.name, change.value)
        touched = [change.key for change in changes]
        return [
            *relations.problems(after, touched),
            *administrators.problems(before, after, touched, self._clock.now()),
        ]


def items_at(log: ConfigurationLog, revision: int) -> list[StoredItem]:
    """All items as of a revision. Raises InvalidInput where there is none of that number."""
    latest = log.revision()
    if not 0 <= revision <= latest:
        raise InvalidInput(f"There is no revision {revision}; the latest is {latest}.", code="unknown-revision")
    trimmed = log.trimmed_revision()
    if revision < trimmed:
        raise InvalidInput(
            f"Revision {revision} is not kept any more; the history goes back to {trimmed} (setting history_days).",
            code="history-trimmed",
        )
    return log.items_at(revision)


def despite_races(attempt: Callable[[], T]) -> T:
    """Reads and decides again where somebody else was faster; the last attempt's Conflict is passed on."""
    for _ in range(_ATTEMPTS - 1):
        try:
            return attempt()
        except Conflict as error:
            if error.code not in _RACES:
                raise
    return attempt()
