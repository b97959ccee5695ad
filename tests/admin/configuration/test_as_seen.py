"""What was seen is done, and nothing else: roll-back, export and import in the console, against a cluster."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from playwright.sync_api import Browser, FilePayload, expect

from support.accessible import found_by_axe
from support.browser import sign_in, window
from support.cluster import RunningCluster
from support.console import ConsoleSession
from support.injections import HTML

REVISIONS = "/c/zato/revisions/"
BACK = f"{REVISIONS}rollback"
FILE = "/c/zato/configuration/"


@pytest.fixture
def ann(console: RunningCluster) -> ConsoleSession:
    session = ConsoleSession(console)
    assert session.sign_in("ann").status == 302
    return session


def text_of(answer: Any) -> str:
    return unescape(answer.data.decode())


def channel(console: RunningCluster, name: str, **more: Any) -> int:
    """Makes a channel; the revision before it."""
    value = {"service": "s", "path": f"/{name}", "methods": ["GET"], **more}
    return int(console.api().create_item("channel-rest", name, value)["revision"]) - 1


def names(console: RunningCluster) -> set[str]:
    return {each["name"] for each in console.api().items("channel-rest")["items"]}


def hidden(page: str, name: str) -> str:
    found = re.search(f'type="hidden" name="{name}" value="([^"]*)"', page)
    assert found is not None
    return found[1]


def test_a_roll_back_is_done_as_it_was_seen(console: RunningCluster, ann: ConsoleSession) -> None:
    before = channel(console, "rolled-back")
    page = text_of(ann.get(f"{BACK}?revision={before}"))
    assert "channel-rest rolled-back" in page
    assert "rolled-back" in names(console)
    seen = hidden(page, "seen")
    channel(console, "meanwhile")
    form = f"{BACK}?revision={before}"
    stale = ann.post(BACK, {"revision": str(before), "seen": seen}, form=form)
    assert stale.status == 409
    assert "Somebody has changed something since you looked" in text_of(stale)
    assert {"rolled-back", "meanwhile"} <= names(console)
    done = ann.post(BACK, {"revision": str(before), "seen": hidden(text_of(stale), "seen")}, form=form)
    assert done.status == 302
    assert f"what it was at revision {before}" in text_of(ann.get(REVISIONS))
    assert not {"rolled-back", "meanwhile"} & names(console)


def test_a_document_is_imported_as_it_was_seen(console: RunningCluster, ann: ConsoleSession) -> None:
    channel(console, "exported")
    exported = ann.get(f"{FILE}export.yaml")
    assert "attachment" in exported.headers["Content-Disposition"]
    document = exported.data.decode()
    assert "0 items would change" in text_of(ann.post(FILE, {"document": document, "check": "yes"}))
    changed = document.replace("/exported", "/imported")
    looked = text_of(ann.post(FILE, {"document": changed, "check": "yes"}))
    assert "<del>/exported</del>" in looked
    assert "<ins>/imported</ins>" in looked
    seen = hidden(looked, "seen")
    other = ann.post(FILE, {"document": document + "\n# more", "seen": seen, "import": "yes"})
    assert (other.status, "This is not what you have looked at" in text_of(other)) == (409, True)
    replaced = ann.post(FILE, {"document": changed, "mode": "replace", "seen": seen, "import": "yes"})
    assert replaced.status == 409
    # As a browser sends it
    done = ann.post(FILE, {"document": changed.replace("\n", "\r\n"), "seen": seen, "import": "yes"})
    assert done.status == 302
    assert console.api().item("channel-rest", "exported")["value"]["path"] == "/imported"
    assert "imported: 0 created, 1 updated, 0 deleted" in text_of(ann.get(REVISIONS))


_FILLED = """
security-basic:
  filled:
    username: filled
    password: ${FILLED_PASSWORD}
    roles: [viewer]
"""


def test_values_of_placeholders_are_in_no_page(console: RunningCluster, ann: ConsoleSession) -> None:
    assert "${" not in ann.get(f"{FILE}export.yaml").data.decode()
    assert "${SECURITY_BASIC_ANN_PASSWORD}" in ann.get(f"{FILE}export.yaml?placeholders=yes").data.decode()
    given = {"document": _FILLED, "values": "FILLED_PASSWORD=not-in-pages-1"}
    looked = text_of(ann.post(FILE, {**given, "check": "yes"}))
    assert "security-basic filled" in looked
    assert "give them again before you import" in looked
    assert "not-in-pages" not in looked
    seen = hidden(looked, "seen")
    assert ann.post(FILE, {"document": _FILLED, "seen": seen, "import": "yes"}).status == 400
    assert ann.post(FILE, {**given, "values": "FILLED_PASSWORD=another-1", "seen": seen, "import": "yes"}).status == 409
    assert ann.post(FILE, {**given, "seen": seen, "import": "yes"}).status == 302
    assert "not-in-pages" not in text_of(ann.get(REVISIONS))
    assert ConsoleSession(console).sign_in("filled", "not-in-pages-1").status == 302


@pytest.mark.parametrize("document", ["", "items: [", "- 1", "\x01", *HTML, "a: &a [*a, *a]"])
def test_what_is_no_document_is_refused_in_the_form(ann: ConsoleSession, document: str) -> None:
    answer = ann.post(FILE, {"document": document, "check": "yes"})
    assert answer.status == 400
    assert 'role="alert"' in answer.data.decode()
    assert not any(each in answer.data.decode() for each in HTML)


def test_a_viewer_looks_and_changes_nothing(console: RunningCluster) -> None:
    before = channel(console, "stays")
    vera = ConsoleSession(console)
    vera.sign_in("vera")
    assert "Your roles (viewer) do not allow this." in text_of(vera.get(FILE))
    assert "Back to it" not in text_of(vera.get(REVISIONS))
    assert vera.get(f"{BACK}?revision={before}").status == 403
    assert vera.post(BACK, {"revision": str(before)}, form=FILE).status == 403
    refused = vera.post(FILE, {"document": "items: {}", "mode": "replace", "import": "yes"})
    assert refused.status in {400, 403}
    assert "stays" in names(console)


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_somebody_goes_back_in_a_browser(console: RunningCluster, browser: Browser, width: int, *, dark: bool) -> None:
    name = f"undone-{width}"
    before = channel(console, name)
    with window(browser, console, width=width, dark=dark) as page:
        sign_in(page, "ann")
        page.goto(REVISIONS)
        assert found_by_axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.get_by_role("link", name=f"What differs since revision {before}", exact=True).click()
        expect(page.get_by_role("heading", name=f"From revision {before}")).to_be_visible()
        assert found_by_axe(page) == []
        page.go_back()
        page.get_by_role("link", name=f"Back to revision {before}", exact=True).click()
        assert found_by_axe(page) == []
        page.get_by_role("button", name="Go back", exact=True).click()
        expect(page.get_by_text("The configuration is what it was at revision")).to_be_visible()
        assert name not in names(console)
        page.goto(FILE)
        assert found_by_axe(page) == []
        page.get_by_label("Import a file").set_input_files(
            files=FilePayload(name="c.yaml", mimeType="text/yaml", buffer=console.api().export().encode())
        )
        page.get_by_role("button", name="Show what would change").click()
        expect(page.get_by_text("Nothing would change.")).to_be_visible()
        assert found_by_axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
