"""Items of all kinds in the console, against a cluster."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from support.accessible import found_by_axe
from support.browser import sign_in, window
from support.cluster import RunningCluster
from support.console import ConsoleSession
from support.injections import HTML

CHANNELS = "/c/zato/config/channel-rest"


@pytest.fixture
def ann(console: RunningCluster) -> ConsoleSession:
    session = ConsoleSession(console)
    assert session.sign_in("ann").status == 302
    return session


def text_of(answer: Any) -> str:
    return str(answer.data.decode())


def test_an_item_is_made_changed_and_deleted_with_its_history(console: RunningCluster, ann: ConsoleSession) -> None:
    values = {"item-name": "made-here", "service": "no.such", "path": "/made-here", "methods": "GET", "active": "yes"}
    made = ann.post(f"{CHANNELS}/new", values)
    assert (made.status, made.headers["Location"]) == (302, f"{CHANNELS}/i/made-here/")
    assert "/made-here" in text_of(ann.get(f"{CHANNELS}/?q=made-here"))
    changed = {**ann.form(f"{CHANNELS}/i/made-here/"), "path": "/made-there"}
    assert ann.post(f"{CHANNELS}/i/made-here/", changed).status == 302
    item = console.api().item("channel-rest", "made-here")
    assert item["value"]["path"] == "/made-there"
    history = text_of(ann.get(f"{CHANNELS}/i/made-here/history"))
    assert "/made-there" in history
    assert "ann" in history
    revision = re.findall(r'name="revision" value="(\d+)"', history)[-1]
    preview = text_of(ann.get(f"{CHANNELS}/i/made-here/restore?revision={revision}"))
    assert "/made-there" in preview
    back = {"revision": revision, "started_from": str(item["revision"])}
    assert ann.post(f"{CHANNELS}/i/made-here/restore", back, form=f"{CHANNELS}/i/made-here/restore?revision={revision}")
    now = console.api().item("channel-rest", "made-here")
    assert now["value"]["path"] == "/made-here"
    gone = ann.post(f"{CHANNELS}/i/made-here/delete", {"revision": str(now["revision"])})
    assert gone.status == 302
    assert ann.get(f"{CHANNELS}/i/made-here/").status == 404


def test_what_is_wrong_stands_beside_its_field(ann: ConsoleSession) -> None:
    values = {"item-name": "wrong", "service": "s", "path": "no-slash", "methods": "GET"}
    refused = ann.post(f"{CHANNELS}/new", values)
    page = text_of(refused)
    assert refused.status == 400
    field = page[page.index('id="f-path"') : page.index('id="f-path"') + 2500]
    assert 'class="findings"' in field
    assert 'value="no-slash"' in page


def test_two_people_change_different_fields(console: RunningCluster, ann: ConsoleSession) -> None:
    value = {"service": "s", "path": "/both", "methods": ["GET"]}
    console.api().create_item("channel-rest", "both", value)
    mine = {**ann.form(f"{CHANNELS}/i/both/"), "path": "/both-mine"}
    theirs = console.api().item("channel-rest", "both")
    console.api().update_item("channel-rest", "both", {**theirs["value"], "service": "other"}, theirs["revision"])
    assert ann.post(f"{CHANNELS}/i/both/", mine).status == 302
    found = console.api().item("channel-rest", "both")["value"]
    assert (found["path"], found["service"]) == ("/both-mine", "other")


def test_two_people_change_the_same_field(console: RunningCluster, browser: Browser) -> None:
    console.api().create_item("channel-rest", "same", {"service": "s", "path": "/same", "methods": ["GET"]})
    with window(browser, console) as page:
        sign_in(page, "ann")
        page.goto(f"{CHANNELS}/i/same/")
        item = console.api().item("channel-rest", "same")
        console.api().update_item("channel-rest", "same", {**item["value"], "path": "/theirs"}, item["revision"])
        page.get_by_label("Path").fill("/mine")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Somebody else has changed the same fields")).to_be_visible()
        expect(page.get_by_text("It was /same.")).to_be_visible()
        assert found_by_axe(page) == []
        page.get_by_label("Mine: /mine").check()
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("is saved")).to_be_visible()
    assert console.api().item("channel-rest", "same")["value"]["path"] == "/mine"


def test_trying_the_connection_meanwhile_undoes_nothing_of_others(console: RunningCluster, ann: ConsoleSession) -> None:
    path = "/c/zato/config/outgoing-rest"
    console.api().create_item("outgoing-rest", "tried", {"address": "http://127.0.0.1:9/a", "timeout_seconds": 1})
    began = ann.form(f"{path}/i/tried/")
    theirs = console.api().item("outgoing-rest", "tried")
    console.api().update_item("outgoing-rest", "tried", {**theirs["value"], "timeout_seconds": 2}, theirs["revision"])
    mine = {**began, "address": "http://127.0.0.1:9/mine"}
    tried = ann.post(f"{path}/i/tried/", {**mine, "try": "yes"})
    page = text_of(tried)
    assert "It failed at connect" in page
    assert f'name="revision" value="{theirs["revision"]}"' in page
    assert ann.post(f"{path}/i/tried/", mine).status == 302
    found = console.api().item("outgoing-rest", "tried")["value"]
    assert (found["address"], found["timeout_seconds"]) == ("http://127.0.0.1:9/mine", 2)


def test_what_was_deleted_meanwhile_is_not_lost(console: RunningCluster, ann: ConsoleSession) -> None:
    console.api().create_item("channel-rest", "going", {"service": "s", "path": "/going", "methods": ["GET"]})
    mine = {**ann.form(f"{CHANNELS}/i/going/"), "path": "/going-mine"}
    page = ann.get(f"{CHANNELS}/i/going/").data
    console.api().delete_item("channel-rest", "going")
    refused = ann.post(f"{CHANNELS}/i/going/", mine, form=f"{CHANNELS}/new")
    assert (refused.status, b"/going-mine" in refused.data, b"Somebody has deleted it" in refused.data) == (
        409,
        True,
        True,
    )
    assert b"/going-mine" not in page
    assert f'action="{CHANNELS}/new"' in text_of(refused)


def test_the_same_form_twice_makes_one_item(console: RunningCluster, ann: ConsoleSession) -> None:
    values = {"item-name": "twice", "service": "s", "path": "/twice", "methods": "GET", "active": "yes"}
    first, second = ann.post(f"{CHANNELS}/new", values), ann.post(f"{CHANNELS}/new", values)
    assert (first.status, second.status) == (302, 302)
    assert first.headers["Location"] == second.headers["Location"]
    assert len(console.api().history("channel-rest", "twice")["changes"]) == 1
    other = ann.post(f"{CHANNELS}/new", {**values, "path": "/not-twice"})
    assert other.status == 409


def test_forms_that_no_page_has_are_refused(ann: ConsoleSession) -> None:
    for path, values in (
        (f"{CHANNELS}/i/no-such/delete", {"revision": "x"}),
        (f"{CHANNELS}/i/no-such/restore", {"revision": "-1"}),
        (f"{CHANNELS}/i/no-such/", {"revision": "\u0661" * 3}),
        (f"{CHANNELS}/i/no-such/ping", {}),
        ("/c/zato/config/no-such-kind/new", {}),
    ):
        assert 400 <= ann.post(path, values, form=f"{CHANNELS}/new").status < 500, path
    assert ann.get("/c/zato/config/no-such-kind/").status == 404
    assert ann.get("/c/no-such-cluster/").status == 404
    assert ann.get("/no-such-page").status == 404


def test_a_copy_has_no_secret(console: RunningCluster, ann: ConsoleSession) -> None:
    value = {"url": "sqlite:///copied.db", "username": "u", "password": "the secret of copied"}
    console.api().create_item("outgoing-sql", "copied", {**value, "url": "postgresql+psycopg2://127.0.0.1:9/x"})
    page = text_of(ann.get("/c/zato/config/outgoing-sql/new?like=copied"))
    assert "127.0.0.1:9" in page
    assert "unchanged" not in page
    assert "unchanged" in text_of(ann.get("/c/zato/config/outgoing-sql/i/copied/"))


def test_the_keyboard_alone_edits_an_item(console: RunningCluster, browser: Browser) -> None:
    console.api().create_item("channel-rest", "typed", {"service": "s", "path": "/typed", "methods": ["GET"]})
    with window(browser, console) as page:
        sign_in(page, "ann")
        page.goto(f"{CHANNELS}/?q=typed")
        link = page.get_by_role("link", name="typed", exact=True)
        for _ in range(60):
            page.keyboard.press("Tab")
            if link.evaluate("each => each === document.activeElement"):
                break
        page.keyboard.press("Enter")
        path = page.get_by_label("Path")
        expect(path).to_be_visible()
        for _ in range(60):
            page.keyboard.press("Tab")
            if path.evaluate("each => each === document.activeElement"):
                break
        page.keyboard.press("Control+A")
        page.keyboard.type("/typed-anew")
        page.keyboard.press("Enter")
        expect(page.get_by_text("is saved")).to_be_visible()
    assert console.api().item("channel-rest", "typed")["value"]["path"] == "/typed-anew"


def test_the_field_that_is_wrong_has_the_focus_and_says_why(console: RunningCluster, browser: Browser) -> None:
    with window(browser, console) as page:
        sign_in(page, "ann")
        page.goto(f"{CHANNELS}/new")
        page.get_by_label("Name", exact=True).fill("focused")
        page.get_by_label("Service").fill("s")
        page.get_by_label("Path").fill("no-slash")
        page.get_by_role("button", name="Create").click()
        path = page.get_by_label("Path")
        expect(path).to_be_focused()
        expect(path).to_have_attribute("aria-invalid", "true")
        expect(path).to_have_accessible_description(re.compile("must start with"))
        assert found_by_axe(page) == []


@pytest.mark.parametrize("scripts", [True, False])
def test_fields_of_other_choices_are_hidden_where_scripts_run(
    console: RunningCluster, browser: Browser, *, scripts: bool
) -> None:
    with window(browser, console, scripts=scripts) as page:
        sign_in(page, "ann")
        page.goto("/c/zato/config/outgoing-rest/new")
        choice, name, header = page.get_by_label("Security"), page.get_by_label("Username"), page.get_by_label("Header")
        choice.select_option("basic")
        assert (name.is_visible(), header.is_visible()) == (True, not scripts)
        choice.select_option("api-key")
        assert (name.is_visible(), header.is_visible()) == (not scripts, True)


def test_a_viewer_sees_the_same_page_and_is_told_why_not(console: RunningCluster) -> None:
    console.api().create_item("channel-rest", "seen", {"service": "s", "path": "/seen", "methods": ["GET"]})
    vera = ConsoleSession(console)
    vera.sign_in("vera")
    page = text_of(vera.get(f"{CHANNELS}/i/seen/"))
    assert "/seen" in page
    assert "Your roles (viewer) do not allow this." in page
    refused = vera.post(f"{CHANNELS}/i/seen/", {**vera.form(f"{CHANNELS}/i/seen/"), "path": "/x", "active": "yes"})
    assert refused.status == 403
    assert console.api().item("channel-rest", "seen")["value"]["path"] == "/seen"


def test_a_key_that_is_made_up_is_shown_once(ann: ConsoleSession) -> None:
    made = ann.post("/c/zato/config/security-api-key/new", {"item-name": "partner", "header": "X-API-Key"})
    page = text_of(made)
    assert "Shown this once" in page
    key = re.search(r"<dd><code>([^<]+)</code>", page)
    assert key is not None
    assert key[1] not in text_of(ann.get("/c/zato/config/security-api-key/i/partner/"))
    assert key[1] not in text_of(ann.get("/c/zato/config/security-api-key/i/partner/history"))


@pytest.mark.parametrize("hostile", HTML)
def test_what_is_in_items_is_text_and_nothing_else(console: RunningCluster, ann: ConsoleSession, hostile: str) -> None:
    name = f"xss-{abs(hash(hostile))}"
    console.api().create_item("channel-rest", name, {"service": hostile, "path": f"/{name}", "methods": ["GET"]})
    for path in (f"{CHANNELS}/i/{name}/", f"{CHANNELS}/?q={name}", f"{CHANNELS}/i/{name}/history", f"{CHANNELS}/new"):
        assert hostile not in text_of(ann.get(path))
    console.api().delete_item("channel-rest", name)
