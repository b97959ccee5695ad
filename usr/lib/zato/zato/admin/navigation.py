"""What the rail leads to: the one list of it."""

from __future__ import annotations

from dataclasses import dataclass

_KEYS = {
    "overview": "o",
    "servers": "v",
    "services": "s",
    "deployments": "d",
    "dead-letters": "m",
    "to-trace": "t",
    "logs": "l",
    "audit": "a",
    "revisions": "r",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A page of a cluster: its title, and the name of its address."""

    title: str
    view: str

    @property
    def key(self) -> str:
        """`g`, and then this, leads there; empty where nothing does."""
        return _KEYS.get(self.view, "")


@dataclass(frozen=True, slots=True)
class Group:
    """Pages that belong together."""

    title: str
    entries: tuple[Entry, ...]


RAIL = (
    Group(
        "Operate",
        (
            Entry("Overview", "overview"),
            Entry("Servers", "servers"),
            Entry("Services", "services"),
            Entry("Deployments", "deployments"),
            Entry("Packages", "packages"),
            Entry("Messages", "dead-letters"),
            Entry("Trace", "to-trace"),
            Entry("Logs", "logs"),
            Entry("Audit", "audit"),
            Entry("Revisions", "revisions"),
        ),
    ),
    Group("Cluster", (Entry("Certificates", "certificates"), Entry("Joining", "joining"))),
    Group("People", (Entry("Users", "users"), Entry("My account", "account"))),
)
