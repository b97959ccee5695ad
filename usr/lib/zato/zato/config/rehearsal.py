"""What a change would do, from doing all of it but the writing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from zato.config.diff import ItemDiff, diff
from zato.config.plan import Planned
from zato.config.secrets import SecretBox
from zato.config.writer import Author, Writer
from zato.core.clock import Clock
from zato.odb.log import ConfigurationLog, StoredItem, Within


@dataclass(frozen=True, slots=True)
class Preview:
    """What would change, and what a roll-back would leave as it is though it differs. Secrets are masked.

    `revision` is the cluster's, which nothing has been added to. `unused_values` is as of a Summary.
    """

    revision: int
    changes: tuple[ItemDiff, ...]
    kept: tuple[ItemDiff, ...] = ()
    unused_values: tuple[str, ...] = ()


class Rehearsal(Writer):
    """Checks all that a writer checks, under the same lock, and remembers what it would have written."""

    def __init__(self, log: ConfigurationLog, box: SecretBox, clock: Clock) -> None:
        super().__init__(log, box, clock)
        self._planned: list[Planned] = []

    def append(
        self,
        changes: Sequence[Planned],
        *,
        by: Author,
        comment: str | None = None,
        based_on: int | None = None,
        within: Within | None = None,
    ) -> tuple[int, ...]:
        """The revisions that the changes would have. `within` is not done."""
        revisions = self._log.rehearse(
            [change.proposed() for change in changes], check=lambda log: self._check(log, changes, based_on)
        )
        self._planned.extend(changes)
        return revisions

    def differences(self, items: Sequence[StoredItem]) -> tuple[ItemDiff, ...]:
        """What differs between the items as they are and as they would be."""
        keys = {change.key for change in self._planned}
        before = [item for item in items if (item.kind, item.name) in keys]
        # No change has the revision 0, so that each of these counts as another state of its item
        after = [StoredItem(change.kind, change.name, 0, data) for change, data in self._written() if data is not None]
        return tuple(diff(before, after))

    def _written(self) -> Iterable[tuple[Planned, str | None]]:
        return ((change, change.proposed().data) for change in self._planned)
