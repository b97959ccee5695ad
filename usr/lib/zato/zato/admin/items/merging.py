"""Two people have changed the same item. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from zato.admin.items.controls import MASK


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A field that both have changed, each to something else."""

    field: str
    base: Any
    theirs: Any
    mine: Any


@dataclass(frozen=True, slots=True)
class Merged:
    """`value` has everybody's changes; where people disagree, mine. `kept` are fields with changes of theirs."""

    value: dict[str, Any]
    kept: tuple[str, ...]
    disagreements: tuple[Disagreement, ...]


def merged(
    base: Mapping[str, Any], theirs: Mapping[str, Any], mine: Mapping[str, Any], *, secrets: Collection[str]
) -> Merged:
    """Changes of different fields go together. `mine` has no secret that I have left as it is.

    Of a secret nobody sees whether somebody else has changed it, so where I have, I am asked.
    """
    value = dict(theirs)
    kept: list[str] = []
    disagreements: list[Disagreement] = []
    for field in dict.fromkeys((*base, *theirs, *mine)):
        before, now = base.get(field), theirs.get(field)
        if field in secrets:
            if field in mine:
                value[field] = mine[field]
                shown = MASK if mine[field] is not None else None
                disagreements.append(Disagreement(field, before, now, shown))
            else:
                value.pop(field, None)
            continue
        wanted = mine.get(field, before)
        if now != before:
            if wanted not in (before, now):
                disagreements.append(Disagreement(field, before, now, wanted))
            elif wanted == before:
                kept.append(field)
                continue
        value[field] = wanted
    return Merged(value, tuple(kept), tuple(disagreements))


def decided(wanted: Merged, choices: Mapping[str, str], theirs: Mapping[str, Any], secrets: Collection[str]) -> Merged:
    """What is left to decide after somebody chose `mine` or `theirs` for fields."""
    value = dict(wanted.value)
    left: list[Disagreement] = []
    for each in wanted.disagreements:
        choice = choices.get(each.field)
        if choice == "theirs":
            if each.field in secrets:
                value.pop(each.field, None)
            else:
                value[each.field] = theirs.get(each.field)
        elif choice != "mine":
            left.append(each)
    return Merged(value, wanted.kept, tuple(left))
