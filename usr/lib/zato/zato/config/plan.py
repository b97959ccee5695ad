"""Changes that belong together: which are needed to get from one state to another, and in which order. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec

from zato.config.codec import encode
from zato.config.diff import ItemDiff
from zato.config.relations import depth
from zato.odb.log import Action, ProposedChange

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Planned:
    """One change that is about to be made; `value` is None for a deletion, `expected_revision` 0 for a creation."""

    kind: str
    name: str
    action: Action
    value: msgspec.Struct | None
    expected_revision: int | None

    @property
    def key(self) -> Key:
        return (self.kind, self.name)

    def proposed(self) -> ProposedChange:
        """The change as the log takes it."""
        data = None if self.value is None else encode(self.kind, self.value)
        return ProposedChange(self.kind, self.name, self.action, data, self.expected_revision)


@dataclass(frozen=True, slots=True)
class Summary:
    """What an import or a roll-back has changed; `revision` is the cluster's afterwards.

    `kept` are those that a roll-back leaves as they are, with how they were then. `unused_values` are names of values
    that an import was given and its document has no place for.
    """

    revision: int
    created: tuple[Key, ...]
    updated: tuple[Key, ...]
    deleted: tuple[Key, ...]
    unchanged: int
    kept: tuple[ItemDiff, ...] = ()
    unused_values: tuple[str, ...] = ()


def plan(
    current: Mapping[Key, tuple[int, msgspec.Struct | None]],
    wanted: Mapping[Key, msgspec.Struct],
    unwanted: Iterable[Key],
) -> list[Planned]:
    """What turns `current` (revision and value by key) into one with all that is wanted and nothing that is unwanted.

    What is referred to is created before and deleted after what refers to it. Items that stay the same are left out.
    """
    changes: list[Planned] = []
    for key in sorted(wanted, key=lambda key: (depth(key[0]), key)):
        if key not in current:
            changes.append(Planned(*key, Action.CREATE, wanted[key], 0))
        elif current[key][1] != wanted[key]:
            changes.append(Planned(*key, Action.UPDATE, wanted[key], current[key][0]))
    for key in sorted(unwanted, key=lambda key: (-depth(key[0]), key)):
        if key in current and key not in wanted:
            changes.append(Planned(*key, Action.DELETE, None, current[key][0]))
    return changes


def summary(revision: int, changes: Iterable[Planned], wanted: int, kept: tuple[ItemDiff, ...] = ()) -> Summary:
    """What these changes did; `wanted` is how many items were to be there."""
    by_action: dict[Action, list[Key]] = {action: [] for action in Action}
    for change in changes:
        by_action[change.action].append(change.key)
    created, updated = by_action[Action.CREATE], by_action[Action.UPDATE]
    unchanged = wanted - len(created) - len(updated)
    return Summary(revision, tuple(created), tuple(updated), tuple(by_action[Action.DELETE]), unchanged, kept)
