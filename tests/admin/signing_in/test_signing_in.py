"""Signing in and out, as a browser sees it."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from playwright.sync_api import Browser, expect

from support.browser import PASSWORD, sign_in, window
from support.cluster import RunningCluster
from support.console import ConsoleSession, await_console, have_person
from support.waiting import until


def test_who_has_signed_in_sees_the_overview_and_nobody_else_does(console: RunningCluster) -> None:
    session = ConsoleSession(console)
    refused = session.get("/c/zato/")
    assert (refused.status, refused.headers["Location"]) == (302, "/login?cluster=zato&next=%2Fc%2Fzato%2F")
    before = dict(session.cookies)
    done = session.sign_in("ann", next="/c/zato/")
    assert (done.status, done.headers["Location"]) == (302, "/c/zato/")
    assert session.cookies["__Host-zato"] != before.get("__Host-zato")
    page = session.get("/c/zato/")
    assert page.status == 200
    assert b"Overview" in page.data
    session.post("/logout", {}, form="/c/zato/")
    assert session.get("/c/zato/").status == 302


def test_a_session_that_is_ended_in_the_cluster_is_over_here(console: RunningCluster) -> None:
    have_person(console, "eve", "viewer")
    session = ConsoleSession(console)
    session.sign_in("eve")
    assert session.get("/c/zato/").status == 200
    console.api().delete_item("security-basic", "eve")
    console.settle()
    over = session.get("/c/zato/")
    assert (over.status, over.headers["Location"]) == (302, "/login?cluster=zato&next=%2Fc%2Fzato%2F")


def test_five_wrong_passwords_lock_name_and_address_for_a_while(console: RunningCluster) -> None:
    have_person(console, "lou", "viewer")
    session = ConsoleSession(console)
    for _ in range(5):
        wrong = session.sign_in("lou", "wrong")
        assert wrong.status == 401
        assert b"not valid" in wrong.data
    locked = session.sign_in("lou")
    assert locked.status == 401
    assert b"Too many wrong passwords" in locked.data
    assert ConsoleSession(console).sign_in("vera").status == 302  # others are not


def test_where_to_go_afterwards_is_never_elsewhere(console: RunningCluster) -> None:
    for elsewhere in ("https://example.org/", "//example.org/", "/\\example.org", "javascript:alert(1)"):
        done = ConsoleSession(console).sign_in("vera", next=elsewhere)
        assert done.headers["Location"] == "/c/zato/"


def test_pages_say_what_browsers_are_to_refuse(console: RunningCluster) -> None:
    answer = ConsoleSession(console).get("/login")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["X-Frame-Options"] == "DENY"
    for cookie in answer.headers.getlist("Set-Cookie"):
        assert cookie.startswith("__Host-")
        for flag in ("Secure", "HttpOnly", "SameSite=Strict", "Path=/"):
            assert flag in cookie


def test_a_form_of_another_site_is_refused(console: RunningCluster) -> None:
    session = ConsoleSession(console)
    refused = session.post("/login", {"name": "ann", "password": PASSWORD}, Origin="https://example.org")
    assert refused.status == 403
    assert b"csrf" in refused.data


@pytest.mark.parametrize("scripts", [True, False])
def test_a_person_signs_in_with_the_keyboard(console: RunningCluster, browser: Browser, *, scripts: bool) -> None:
    with window(browser, console, scripts=scripts) as page:
        page.goto("/login")
        page.get_by_label("User name").focus()
        page.keyboard.type("ann")
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Overview")).to_be_visible()
        page.get_by_role("button", name="Dark theme").click()
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_whoever_has_the_one_time_token_becomes_the_first_administrator(browser: Browser) -> None:
    with TemporaryDirectory(prefix="zato-") as directory:
        running = RunningCluster(Path(directory) / "z", "--workers", "1", "--console")
        try:
            running.start()
            await_console(running)
            until(lambda: "/first?token=" in running.said())
            said = re.search(r"Web console +(\S+)", running.said())
            assert said is not None
            with window(browser, running) as page:
                page.goto("/")
                expect(page.get_by_role("heading", name="Become administrator")).to_be_visible()
                page.goto(said[1])
                page.get_by_label("User name").fill("jane")
                page.get_by_label("Password", exact=True).fill(PASSWORD)
                page.get_by_label("Password, again").fill(PASSWORD)
                page.get_by_role("button", name="Become administrator").click()
                expect(page.get_by_role("heading", name="Overview")).to_be_visible()
            with window(browser, running) as page:
                page.goto(said[1])
                page.get_by_label("User name").fill("mallory")
                page.get_by_label("Password", exact=True).fill(PASSWORD)
                page.get_by_label("Password, again").fill(PASSWORD)
                page.get_by_role("button", name="Become administrator").click()
                expect(page.get_by_text("This token is not valid")).to_be_visible()
                sign_in(page, "jane")
        finally:
            running.stop()
