"""Exact versions beside what was declared. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from zato.core.requirements import normalised, requirements_in


@dataclass(frozen=True, slots=True)
class Resolved:
    """A package that servers have; `declared` is empty where only another package needs it."""

    name: str
    version: str
    declared: str


def resolved_of(requirements: str, lines: Iterable[str]) -> list[Resolved]:
    """One for each exact version."""
    declared = {normalised(each.name): each.text for each in requirements_in(requirements)[0]}
    found = []
    for line in lines:
        name, _, version = line.partition(" --hash")[0].partition("==")
        found.append(Resolved(name, version, declared.get(normalised(name), "").partition(" --hash")[0]))
    return found
