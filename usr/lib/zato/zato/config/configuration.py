"""The immutable configuration that a process works with."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from zato.config.codec import decode_stored
from zato.config.item import Item
from zato.config.kinds import KINDS, Kind
from zato.config.kinds.kind import ValueT
from zato.odb.log import Action, LoggedChange, StoredItem

_NOTHING: Mapping[str, Item] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Configuration:
    """All items as of one revision. Never changes: `apply` returns another one and shares what stayed the same.

    Items of kinds that this version does not know are left out, and where only some `kinds` are wanted, all others:
    whoever asks for these is told so (ValueError).
    """

    revision: int
    items: Mapping[str, Mapping[str, Item]]
    kinds: Collection[str] | None = None

    @classmethod
    def from_items(
        cls, revision: int, items: Iterable[StoredItem], kinds: Collection[str] | None = None
    ) -> Configuration:
        """The configuration of a whole read of the ODB."""
        by_kind: dict[str, dict[str, Item]] = {}
        for stored in items:
            if _is_wanted(stored.kind, kinds):
                by_kind.setdefault(stored.kind, {})[stored.name] = item_of(stored)
        return cls(revision, _frozen(by_kind), kinds)

    def get(self, kind: str, name: str) -> Item | None:
        """The item, or None."""
        return self.items_of(kind).get(name)

    def all(self, kind: str) -> tuple[Item, ...]:
        """All items of a kind, by name."""
        items = self.items_of(kind)
        return tuple(items[name] for name in sorted(items))

    def items_of(self, kind: str) -> Mapping[str, Item]:
        """All items of a kind by their names: the same object in each configuration in which they are the same."""
        if self.kinds is not None and kind not in self.kinds:
            raise ValueError(f"This process follows items of the kinds {', '.join(self.kinds)}, not of {kind}")
        return self.items.get(kind, _NOTHING)

    def values(self, kind: Kind[ValueT]) -> dict[str, ValueT]:
        """The values of all items of a kind by their names, which they are in the order of."""
        return {item.name: kind.value_of(item) for item in self.all(kind.name)}

    def value(self, kind: Kind[ValueT], name: str) -> ValueT | None:
        """The value of one item, or None."""
        item = self.get(kind.name, name)
        return None if item is None else kind.value_of(item)

    def only(self, kind: Kind[ValueT]) -> ValueT:
        """The value of a kind that has one item; as by default, where it is not there."""
        found = None if kind.only_name is None else self.value(kind, kind.only_name)
        return kind.struct() if found is None else found

    def apply(self, changes: Sequence[LoggedChange]) -> Configuration:
        """The configuration after these changes, which come in the order of their revisions.

        Those already applied are passed over. Raises ValueError where one is missing in between.
        """
        revision = self.revision
        copied: dict[str, dict[str, Item]] = {}
        for change in changes:
            if change.revision <= revision:
                continue
            if change.revision != revision + 1:
                raise ValueError(
                    f"After revision {revision} came {change.revision}; the changes in between are missing"
                )
            revision = change.revision
            if not _is_wanted(change.kind, self.kinds):
                continue
            if change.kind not in copied:
                copied[change.kind] = dict(self.items_of(change.kind))
            if change.action is Action.DELETE or change.data is None:
                copied[change.kind].pop(change.name, None)
            else:
                value = decode_stored(change.kind, change.name, change.data)
                copied[change.kind][change.name] = Item(change.kind, change.name, revision, value)
        return self if revision == self.revision else self._with(revision, copied)

    def _with(self, revision: int, copied: Mapping[str, dict[str, Item]]) -> Configuration:
        kept = {kind: items for kind, items in self.items.items() if kind not in copied}
        return Configuration(revision, MappingProxyType({**kept, **_frozen(copied)}), self.kinds)

    def __repr__(self) -> str:
        return f"Configuration(revision={self.revision}, items={sum(map(len, self.items.values()))})"


def _is_wanted(kind: str, kinds: Collection[str] | None) -> bool:
    return kind in KINDS and (kinds is None or kind in kinds)


def item_of(stored: StoredItem) -> Item:
    """The typed item of a stored one."""
    return Item(stored.kind, stored.name, stored.revision, decode_stored(stored.kind, stored.name, stored.data))


def _frozen(by_kind: Mapping[str, dict[str, Item]]) -> Mapping[str, Mapping[str, Item]]:
    return MappingProxyType({kind: MappingProxyType(items) for kind, items in by_kind.items() if items})


EMPTY = Configuration(0, MappingProxyType({}))
