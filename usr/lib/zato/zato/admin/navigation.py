"""What the rail leads to: the one list of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """A page of a cluster: its title, the name of its address, and its icon."""

    title: str
    view: str
    icon: str


@dataclass(frozen=True, slots=True)
class Group:
    """Pages that belong together."""

    title: str
    entries: tuple[Entry, ...]


RAIL = (Group("Operate", (Entry("Overview", "overview", "dashboard"),)),)
