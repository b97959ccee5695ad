"""What the check of a change reads while the log is locked: what is new to it, or everything where that is not sure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

import pytest

from zato.config.codec import encode
from zato.config.entries import EntryReader
from zato.config.kinds import ServiceSettings
from zato.config.secrets import SecretBox
from zato.odb.log import Action, Appending, LoggedChange, StoredItem

AT = datetime(2027, 1, 1, tzinfo=UTC)


class Locked:
    """A log that is locked, and how often all of it was read."""

    def __init__(self, cid: str = "c1") -> None:
        self._cid = cid
        self.changes: list[LoggedChange] = []
        self.read_whole = 0

    @property
    def revision(self) -> int:
        return self.changes[-1].revision if self.changes else 0

    def put(self, name: str, data: str | None = None, action: Action = Action.UPDATE) -> None:
        data = encode("service", ServiceSettings()) if action is not Action.DELETE and data is None else data
        self.changes.append(LoggedChange(self.revision + 1, AT, "service", name, action, data, "ann", self._cid))

    def changes_from(self, revision: int, limit: int) -> list[LoggedChange]:
        return [change for change in self.changes if change.revision >= revision][:limit]

    def all_items(self) -> list[StoredItem]:
        self.read_whole += 1
        items = {change.name: change for change in self.changes}
        return [
            StoredItem(change.kind, name, change.revision, change.data)
            for name, change in sorted(items.items())
            if change.data is not None
        ]


@pytest.fixture
def reader() -> EntryReader:
    return EntryReader(SecretBox(bytes(32)))


def read(reader: EntryReader, log: Locked) -> dict[str, int]:
    """Names with their revisions."""
    return {name: entry.revision for (_, name), entry in reader.locked(cast(Appending, log)).items()}


def test_what_has_changed_since_is_read_and_nothing_else(reader: EntryReader) -> None:
    log = Locked()
    log.put("a")
    log.put("b")
    assert read(reader, log) == {"a": 1, "b": 2}
    log.put("a", action=Action.DELETE)
    log.put("c")
    log.put("b")
    assert read(reader, log) == {"b": 5, "c": 4}
    assert read(reader, log) == {"b": 5, "c": 4}
    assert log.read_whole == 1


def test_an_item_that_cannot_be_read_is_there_without_a_value(reader: EntryReader) -> None:
    log = Locked()
    log.put("a")
    read(reader, log)
    log.put("a", data='{"from": "a later release"}')
    assert reader.locked(cast(Appending, log))["service", "a"].value is None


def test_another_history_is_read_whole(reader: EntryReader) -> None:
    """The ODB was exchanged for another one, or restored from a backup, and has gone on since."""
    log = Locked()
    log.put("a")
    log.put("b")
    read(reader, log)
    other = Locked(cid="c2")
    for name in "xyz":
        other.put(name)
    assert read(reader, other) == {"x": 1, "y": 2, "z": 3}
    assert other.read_whole == 1


def test_a_log_that_went_back_is_read_whole(reader: EntryReader) -> None:
    log = Locked()
    log.put("a")
    log.put("b")
    read(reader, log)
    log.changes.pop()
    assert read(reader, log) == {"a": 1}


def test_a_log_that_was_trimmed_meanwhile_is_read_whole(reader: EntryReader) -> None:
    log = Locked()
    for name in "abc":
        log.put(name)
    assert read(reader, log) == {"a": 1, "b": 2, "c": 3}
    log.put("d")
    del log.changes[2]
    assert read(reader, log) == {"a": 1, "b": 2, "d": 4}


def test_an_empty_log_has_no_entries(reader: EntryReader) -> None:
    log = Locked()
    assert read(reader, log) == {}
    log.put("a")
    assert read(reader, log) == {"a": 1}


def test_entries_that_were_read_before_are_the_same_objects(reader: EntryReader) -> None:
    log: Any = Locked()
    log.put("a")
    known = reader.locked(log)["service", "a"]
    assert reader.of(log.all_items())["service", "a"] is known
