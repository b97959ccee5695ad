"""What items have to do with one another: references that must hold, unique keys that must not collide. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec

from zato.config.kinds import KINDS, Reference, UniqueKey, targets
from zato.core.errors import Conflict, InvalidInput, ZatoError


@dataclass(frozen=True, slots=True)
class Entry:
    """One item with its unique keys; `value` is None for an item that this version cannot read.

    `revision` is the one that made it what it is; 0 before it is stored.
    """

    kind: str
    name: str
    value: msgspec.Struct | None
    unique_keys: tuple[UniqueKey, ...] = ()
    revision: int = 0

    @property
    def key(self) -> tuple[str, str]:
        return (self.kind, self.name)

    def references(self) -> Iterable[tuple[Reference, str]]:
        """Each reference of the item's kind with each name it refers to."""
        definition = KINDS.get(self.kind)
        if definition is None or self.value is None:
            return
        for reference in definition.references:
            for name in reference.names(self.value):
                yield reference, name


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a change cannot be accepted beside the other items."""

    kind: str
    name: str
    field: str
    text: str
    code: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name!r}, {self.field}: {self.text}"


def problems(after: Mapping[tuple[str, str], Entry], touched: Iterable[tuple[str, str]]) -> list[Problem]:
    """What the changes of the touched items break; `after` is everything there is once they are made."""
    changed = set(touched)
    present = [after[key] for key in sorted(changed) if key in after]
    deleted = changed - after.keys()
    return [*_missing(after, present), *_in_use(after, changed, deleted), *_collisions(after, present, changed)]


def error_of(found: list[Problem]) -> ZatoError:
    """The error for these problems: an InvalidInput where something is missing, else a Conflict."""
    first = found[0]
    more = f" (and {len(found) - 1} more, see the details)" if len(found) > 1 else ""
    message = f"The change cannot be accepted: {first}{more}."
    details = tuple(str(problem) for problem in found)
    if first.code == "missing-reference":
        return InvalidInput(message, code=first.code, details=details)
    return Conflict(message, code=first.code, details=details)


def depth(kind: str) -> int:
    """How far a kind is from those that refer to nothing: what is deeper is created later and deleted earlier."""
    definition = KINDS.get(kind)
    below = [] if definition is None else [kind for reference in definition.references for kind in targets(reference)]
    return 1 + max(map(depth, below)) if below else 0


def _missing(after: Mapping[tuple[str, str], Entry], present: list[Entry]) -> list[Problem]:
    return [
        Problem(
            entry.kind,
            entry.name,
            reference.field,
            f"there is no {_either(targets(reference))} called {name!r}; create it first",
            "missing-reference",
        )
        for entry in present
        for reference, name in entry.references()
        if not _resolves(after, reference, name)
    ]


def _in_use(
    after: Mapping[tuple[str, str], Entry], changed: set[tuple[str, str]], deleted: set[tuple[str, str]]
) -> list[Problem]:
    if not deleted:
        return []
    users: dict[tuple[str, str], list[str]] = {}
    for key, entry in after.items():
        if key in changed:  # reported as a missing reference of its own
            continue
        for reference, name in entry.references():
            if not _resolves(after, reference, name):
                for kind in targets(reference):
                    if (kind, name) in deleted:
                        users.setdefault((kind, name), []).append(f"{entry.kind} {entry.name!r}")
    return [
        Problem(kind, name, "name", f"it is used by {_listed(found)}; change or delete what uses it first", "in-use")
        for (kind, name), found in sorted(users.items())
    ]


def _collisions(
    after: Mapping[tuple[str, str], Entry], present: list[Entry], changed: set[tuple[str, str]]
) -> list[Problem]:
    wanted: dict[tuple[str, ...], Entry] = {}
    found: list[Problem] = []

    def collide(entry: Entry, unique: UniqueKey, owner: Entry) -> None:
        text = f"{unique.text} is already taken by {owner.kind} {owner.name!r}"
        found.append(Problem(entry.kind, entry.name, unique.field, text, "already-taken"))

    for entry in present:
        for unique in entry.unique_keys:
            owner = wanted.setdefault(unique.parts, entry)
            if owner is not entry:
                collide(entry, unique, owner)
    if wanted:
        for key, owner in after.items():
            if key not in changed:
                for unique in owner.unique_keys:
                    if (entry_ := wanted.get(unique.parts)) is not None:
                        own = next(mine for mine in entry_.unique_keys if mine.parts == unique.parts)
                        collide(entry_, own, owner)
    return found


def _resolves(after: Mapping[tuple[str, str], Entry], reference: Reference, name: str) -> bool:
    return any((kind, name) in after for kind in targets(reference))


def _either(kinds: tuple[str, ...]) -> str:
    return kinds[0] if len(kinds) == 1 else f"{', '.join(kinds[:-1])} or {kinds[-1]}"


def _listed(users: list[str]) -> str:
    shown = ", ".join(sorted(users)[:10])
    return shown if len(users) <= 10 else f"{shown} and {len(users) - 10} more"
