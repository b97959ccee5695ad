"""A preview says what a change does, is refused as the change is, and writes nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from zato.config.publisher import Author, ImportMode, Publisher
from zato.core.errors import ZatoError
from zato.odb.audit import AuditLog
from zato.odb.database import Database
from zato.odb.log import ConfigurationLog

BY = Author("ann", "c" * 32)
CHANNEL = {"service": "demo.echo", "path": "/echo"}
DOCUMENT = """
channel-rest: {echo: {service: other, path: /echo}}
security-tls: {admin: {subject: CN=admin, roles: [admin, viewer]}}
"""

Change = Callable[[Publisher], object]

CHANGES: dict[str, Change] = {
    "create": lambda to: to.create("channel-rest", "new", {**CHANNEL, "path": "/new"}, by=BY),
    "create with a made-up key": lambda to: to.create("security-api-key", "new", {}, by=BY),
    "update": lambda to: to.update("channel-rest", "echo", {**CHANNEL, "methods": ["POST"]}, by=BY),
    "update that changes nothing": lambda to: to.update("channel-rest", "echo", CHANNEL, by=BY),
    "delete": lambda to: to.delete("channel-rest", "echo", by=BY),
    "rollback of an item": lambda to: to.rollback_item("channel-rest", "was", 2, by=BY),
    "rollback of all": lambda to: to.rollback_all(2, by=BY, prepare=lambda base, changes: changes),
    "import": lambda to: to.import_(DOCUMENT, ImportMode.REPLACE, by=BY),
}
REFUSED: dict[str, Change] = {
    "there already": lambda to: to.create("channel-rest", "echo", {**CHANNEL, "path": "/e"}, by=BY),
    "taken": lambda to: to.create("channel-rest", "new", CHANNEL, by=BY),
    "stale": lambda to: to.update("channel-rest", "echo", {**CHANNEL, "methods": ["POST"]}, 2, by=BY),
    "not there": lambda to: to.delete("channel-rest", "no-such", by=BY),
    "in use": lambda to: to.delete("security-basic", "clients", by=BY),
    "nothing to refer to": lambda to: to.update("channel-rest", "echo", {**CHANNEL, "security": ["none"]}, by=BY),
    "last administrator": lambda to: to.delete("security-tls", "admin", by=BY),
    "not valid": lambda to: to.import_("channel-rest: {bad: {service: s}}", ImportMode.MERGE, by=BY),
    "unknown revision": lambda to: to.rollback_all(99, by=BY, prepare=lambda base, changes: changes),
}


@pytest.fixture
def filled(publisher: Publisher) -> Publisher:
    publisher.create("channel-rest", "echo", CHANNEL, by=BY)
    publisher.create("channel-rest", "was", {**CHANNEL, "path": "/was"}, by=BY)
    publisher.create("security-basic", "clients", {"username": "crm", "password": "a long password"}, by=BY)
    publisher.create("security-tls", "admin", {"subject": "CN=admin", "roles": ["admin"]}, by=BY)
    publisher.create("channel-rest", "secured", {**CHANNEL, "path": "/s", "security": ["clients"]}, by=BY)
    publisher.delete("channel-rest", "was", by=BY)
    return publisher


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_preview_says_what_the_change_then_does_and_writes_nothing(
    filled: Publisher, log: ConfigurationLog, database: Database, change: Change
) -> None:
    audit = AuditLog(database)
    before, entries = log.items_with_revision(), len(audit.entries(limit=1000))
    preview = filled.preview(change)
    assert log.items_with_revision() == before
    assert len(audit.entries(limit=1000)) == entries
    assert preview.revision == before[0]
    change(filled)
    done = filled.diff(before[0])
    keyless = [(each.kind, each.name, each.action, [one.field for one in each.fields]) for each in done]
    found = [(each.kind, each.name, each.action, [one.field for one in each.fields]) for each in preview.changes]
    assert found == keyless
    assert tuple(done) == preview.changes


@pytest.mark.parametrize("change", REFUSED.values(), ids=REFUSED)
def test_a_preview_is_refused_with_the_words_of_the_change(
    filled: Publisher, log: ConfigurationLog, change: Change
) -> None:
    before = log.revision()
    with pytest.raises(ZatoError) as previewed:
        filled.preview(change)
    with pytest.raises(ZatoError) as done:
        change(filled)
    assert (previewed.value.code, previewed.value.message) == (done.value.code, done.value.message)
    assert log.revision() == before


def test_a_preview_shows_no_secret(filled: Publisher) -> None:
    body = {"username": "crm", "password": "another long password"}
    preview = filled.preview(lambda to: to.update("security-basic", "clients", body, by=BY))
    ((field),) = preview.changes[0].fields
    assert (field.field, field.before, field.after) == ("password", "******", "******")
    assert "another" not in repr(preview)
    assert "$2b$" not in repr(preview)
