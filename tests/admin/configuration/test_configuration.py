"""The configuration as a whole: back to a revision, and as a file, each with what would change before it does."""

from __future__ import annotations

import re

import pytest

from support.cluster import RunningCluster
from support.console import ConsoleSession
from zato.admin.configuration.files import values_of
from zato.core.errors import InvalidInput

CHANNEL = {"service": "s", "path": "/whole", "methods": ["GET"]}


@pytest.fixture
def ann(console: RunningCluster) -> ConsoleSession:
    session = ConsoleSession(console)
    session.sign_in("ann")
    return session


def hidden(page: str, name: str) -> str:
    found = re.search(f'type="hidden" name="{name}" value="([^"]*)"', page)
    assert found is not None
    return found[1]


def test_back_to_a_revision_shows_first_what_would_change(console: RunningCluster, ann: ConsoleSession) -> None:
    made = console.api().create_item("channel-rest", "whole", CHANNEL)
    console.api().update_item("channel-rest", "whole", {**CHANNEL, "path": "/other"}, made["revision"])
    page = ann.get(f"/c/zato/revisions/rollback?revision={made['revision']}").data.decode()
    assert "/other" in page
    assert console.api().item("channel-rest", "whole")["value"]["path"] == "/other"
    form = f"/c/zato/revisions/rollback?revision={made['revision']}"
    unseen = ann.post("/c/zato/revisions/rollback", {"revision": str(made["revision"])}, form=form)
    assert unseen.status == 409
    done = ann.post("/c/zato/revisions/rollback", ann.form(form), form=form)
    assert done.status == 302
    assert console.api().item("channel-rest", "whole")["value"]["path"] == "/whole"
    differs = ann.get(f"/c/zato/revisions/diff?from={made['revision'] - 1}&to={made['revision']}").data.decode()
    assert "/whole" in differs
    assert ann.get("/c/zato/revisions/diff?from=x").status == 400


def test_what_was_exported_is_imported_with_a_look_before(console: RunningCluster, ann: ConsoleSession) -> None:
    exported = ann.get("/c/zato/configuration/export.yaml")
    assert exported.headers["Content-Disposition"] == 'attachment; filename="zato.yaml"'
    document = "channel-rest:\n  brought:\n    service: s\n    path: /brought\n    methods: [GET]\n"
    looked = ann.post("/c/zato/configuration/", {"document": document, "mode": "merge", "check": "yes"})
    assert "Nothing was changed yet" in looked.data.decode()
    assert "/brought" in looked.data.decode()
    assert ann.get("/c/zato/config/channel-rest/i/brought/").status == 404
    sure = {"document": document, "mode": "merge", "import": "yes", "seen": hidden(looked.data.decode(), "seen")}
    done = ann.post("/c/zato/configuration/", sure)
    assert done.status == 302
    assert console.api().item("channel-rest", "brought")["value"]["path"] == "/brought"
    wrong = ann.post("/c/zato/configuration/", {"document": "channel-rest: [", "mode": "merge", "check": "yes"})
    assert wrong.status == 400
    vera = ConsoleSession(console)
    vera.sign_in("vera")
    refused = vera.post("/c/zato/configuration/", {"document": document, "mode": "merge", "import": "yes"})
    assert refused.status == 403


def test_values_are_lines() -> None:
    assert values_of("A=1\n\nB=x=y\n") == {"A": "1", "B": "x=y"}
    assert values_of("\n") is None
    with pytest.raises(InvalidInput, match="Line 2"):
        values_of("A=1\nnothing")
    with pytest.raises(InvalidInput, match="Line 2 of the values gives A"):
        values_of("A=1\nA=2")
