"""Lines, entries of the audit log, and dead letters, in the order of time. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that has happened: where, and what."""

    at: str
    source: str
    level: str
    text: str
    detail: str = ""
    cid: str | None = None
    service: str | None = None

    @property
    def when(self) -> datetime:
        """For the order; what has no time comes first."""
        try:
            found = datetime.fromisoformat(self.at)
        except ValueError:
            return datetime.min.replace(tzinfo=UTC)
        return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def joined(
    logs: Mapping[str, Iterable[Mapping[str, Any]]],
    audit: Iterable[Mapping[str, Any]] = (),
    letters: Iterable[Mapping[str, Any]] = (),
) -> list[Event]:
    """All of it, oldest first. `logs` has the lines of each server's machine; machines with several tell them once."""
    events: dict[tuple[str, str, str], Event] = {}
    for server, lines in logs.items():
        for line in lines:
            event = of_line(line, server)
            events.setdefault((event.at, event.source, event.text), event)
    found = list(events.values())
    for entry in audit:
        who = f"{entry['principal']}: {entry['action']} {entry['subject']}, {entry['outcome']}"
        level = "info" if entry["outcome"] == "ok" else "error"
        found.append(Event(entry["at"], "audit", level, who, entry["detail"] or "", entry["cid"]))
    for letter in letters:
        text = f"Message {letter['id']} to {letter['service']} was given up after {letter['attempts']} attempts"
        found.append(Event(letter["died"], "dead letters", "error", text, letter["reason"], letter["cid"]))
    return sorted(found, key=lambda event: event.when)


def of_line(line: Mapping[str, Any], server: str) -> Event:
    """A line of the log; what it has beside its sentence stands behind it."""
    fields = " ".join(f"{name}={value}" for name, value in (line.get("fields") or {}).items())
    detail = "\n".join(filter(None, (fields, line.get("exception") or "")))
    process = line["process"]
    source = process if process.endswith(f"-{server}") else f"{process} (server {server})"
    return Event(line["at"], source, line["level"], line["message"], detail, line.get("cid"), line.get("service"))
