"""One's own account in the console, and those of others, against a cluster."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from support.accessible import found_by_axe
from support.browser import PASSWORD, sign_in, window
from support.cluster import RunningCluster
from support.console import ConsoleSession, have_person
from support.injections import HTML
from support.waiting import until
from zato.security.totp import code_at

ACCOUNT = "/c/zato/account/"
USERS = "/c/zato/users/"
OTHER = "another-horse-battery-2"


@pytest.fixture
def jo(console: RunningCluster) -> Iterator[str]:
    have_person(console, "jo", "operator")
    yield "jo"
    console.api().delete_item("security-basic", "jo")
    console.settle()


def signed_in(console: RunningCluster, name: str, password: str = PASSWORD, **more: str) -> ConsoleSession:
    session = ConsoleSession(console)
    assert session.sign_in(name, password, **more).status == 302
    return session


def text_of(answer: Any) -> str:
    return str(answer.data.decode())


def enrolled(session: ConsoleSession) -> tuple[str, list[str]]:
    """The secret and recovery codes of a second factor that was confirmed with the code before this one."""
    page = text_of(session.post(f"{ACCOUNT}second-factor", {"password": PASSWORD}))
    found = re.search(r"<dt>Secret</dt><dd><code>([A-Z2-7 ]+)</code>", page)
    assert found is not None, page
    secret = found[1].replace(" ", "")
    before = code_at(secret, datetime.now(UTC) - timedelta(seconds=30))
    done = text_of(session.post(f"{ACCOUNT}second-factor/confirm", {"code": before}))
    codes = re.findall(r"<li><code>([^<]+)</code>", done)
    assert len(codes) == 10, done
    return secret, codes


def test_another_password_ends_all_sessions_within_five_seconds(console: RunningCluster, jo: str) -> None:
    here, elsewhere = signed_in(console, jo), signed_in(console, jo)
    changed = here.post(f"{ACCOUNT}password", {"old": PASSWORD, "new": OTHER, "again": OTHER})
    assert (changed.status, changed.headers["Location"]) == (302, "/login")
    assert "Your password is changed" in text_of(here.get("/login"))
    assert until(lambda: elsewhere.get("/c/zato/").status == 302) < 5
    console.settle()
    assert ConsoleSession(console).sign_in(jo).status == 401
    signed_in(console, jo, OTHER)


def test_what_is_wrong_with_a_new_password_is_said_and_the_session_goes_on(console: RunningCluster, jo: str) -> None:
    session = signed_in(console, jo)
    path = f"{ACCOUNT}password"
    for values, said in (
        ({"old": "not-my-password", "new": OTHER, "again": OTHER}, "The present password is not this one."),
        ({"old": PASSWORD, "new": OTHER, "again": "something-else-3"}, "not the same password"),
        ({"old": PASSWORD, "new": PASSWORD, "again": PASSWORD}, "The new password is the old one"),
        ({"old": PASSWORD, "new": "short", "again": "short"}, "8"),
    ):
        refused = session.post(path, values)
        page = text_of(refused)
        assert (refused.status, said in page) == (400, True), (values, page)
        assert not any(each in page for each in values.values() if each != "short")
    assert session.get(ACCOUNT).status == 200


def test_guesses_of_the_present_password_are_bounded(console: RunningCluster) -> None:
    have_person(console, "guessed", "operator")
    session = signed_in(console, "guessed")
    for n in range(5):
        session.post(f"{ACCOUNT}password", {"old": f"guess-number-{n}", "new": OTHER, "again": OTHER})
    right = session.post(f"{ACCOUNT}password", {"old": PASSWORD, "new": OTHER, "again": OTHER})
    assert "Too many wrong passwords" in text_of(right)


def test_a_second_factor_is_set_up_asked_for_and_disabled(console: RunningCluster) -> None:
    have_person(console, "tea", "viewer")
    session, elsewhere = signed_in(console, "tea"), signed_in(console, "tea")
    wrong = session.post(f"{ACCOUNT}second-factor", {"password": "not-my-password"})
    assert (wrong.status, "The password is not this one." in text_of(wrong)) == (400, True)
    secret, codes = enrolled(session)
    assert secret not in text_of(session.get(f"{ACCOUNT}second-factor"))
    assert until(lambda: elsewhere.get("/c/zato/").status == 302) < 5
    assert "10 recovery codes are left." in text_of(session.get(ACCOUNT))
    assert "second factor" in text_of(ConsoleSession(console).sign_in("tea"))
    again = signed_in(console, "tea", code=code_at(secret, datetime.now(UTC)))
    form = f"{ACCOUNT}second-factor/disable"
    refused = again.post(form, {"password": PASSWORD, "code": "000000"})
    assert (refused.status, again.get(ACCOUNT).status) == (400, 200)
    done = again.post(form, {"password": PASSWORD, "code": codes[0]})
    assert (done.status, done.headers["Location"]) == (302, "/login")
    signed_in(console, "tea")


def test_an_administrator_removes_what_belongs_to_a_lost_device(console: RunningCluster) -> None:
    have_person(console, "leo", "viewer")
    enrolled(signed_in(console, "leo"))
    ann, vera = signed_in(console, "ann"), signed_in(console, "vera")
    assert "Asked for" in text_of(ann.get(f"{USERS}leo/"))
    hidden = text_of(vera.get(f"{USERS}leo/"))
    assert "Asked for" not in hidden
    assert "Your roles (viewer) do not allow this." in hidden
    remove = f"{USERS}leo/second-factor/remove"
    assert vera.post(remove, {"sure": "yes"}, form=f"{USERS}leo/").status == 403
    asked = ann.post(remove, {}, form=f"{USERS}leo/")
    assert "Remove the second factor of leo?" in text_of(asked)
    assert ann.post(remove, {"sure": "yes"}, form=f"{USERS}leo/").status == 302
    signed_in(console, "leo")


def test_sessions_of_ones_own_and_of_others_are_ended(console: RunningCluster) -> None:
    jo = "joan"
    have_person(console, jo, "operator")
    here, there, third = (signed_in(console, jo) for _ in range(3))
    ended = here.post(f"{ACCOUNT}sessions/end", {"session": "others"}, form=ACCOUNT)
    assert ended.status == 302
    assert "2 ended." in text_of(here.get(ACCOUNT))
    until(lambda: there.get("/c/zato/").status == 302 and third.get("/c/zato/").status == 302)
    ann, vera = signed_in(console, "ann"), signed_in(console, "vera")
    end = f"{USERS}{jo}/sessions/end"
    assert vera.post(end, {"session": "all"}, form=f"{USERS}{jo}/").status == 403
    assert here.get(ACCOUNT).status == 200
    assert ann.post(end, {"session": "all"}, form=f"{USERS}{jo}/").status == 302
    until(lambda: here.get("/c/zato/").status == 302)
    # The one that is used for it stays
    ann.post(f"{USERS}ann/sessions/end", {"session": "all"}, form=f"{USERS}ann/")
    assert ann.get(ACCOUNT).status == 200


def test_everybody_is_listed_and_names_are_text_and_nothing_else(console: RunningCluster) -> None:
    api = console.api()
    api.create_item("security-api-key", "listed-key", {"header": "X-Listed", "roles": ["viewer"]})
    value = {"username": HTML[0], "password": PASSWORD, "roles": []}
    api.create_item("security-basic", "hostile-name", value)
    ann = signed_in(console, "ann")
    page = text_of(ann.get(USERS))
    assert all(each in page for each in ("ann", "vera", "listed-key", "hostile-name"))
    found = text_of(ann.get(f"{USERS}?q=listed"))
    assert "listed-key" in found
    assert "hostile-name" not in found
    assert HTML[0] not in text_of(ann.get(f"{USERS}hostile-name/"))
    assert HTML[1] not in text_of(ann.get(f"{USERS}?q={HTML[1]}"))
    assert ann.get(f"{USERS}nobody-here/").status == 404


def test_the_account_is_that_of_the_cluster(console: RunningCluster) -> None:
    assert ConsoleSession(console).get("/account/").headers["Location"] == ACCOUNT
    assert ConsoleSession(console).get(ACCOUNT).headers["Location"].startswith("/login?")


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_axe_finds_nothing_and_the_keyboard_suffices(
    console: RunningCluster, browser: Browser, width: int, *, dark: bool
) -> None:
    with window(browser, console, width=width, dark=dark) as page:
        sign_in(page, "vera")
        for path in (ACCOUNT, f"{ACCOUNT}password", f"{ACCOUNT}second-factor", USERS, f"{USERS}ann/"):
            page.goto(path)
            assert found_by_axe(page) == [], path
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        page.goto(f"{ACCOUNT}password")
        page.get_by_label("Present password").focus()
        for text in ("not-my-password", OTHER, OTHER):
            page.keyboard.type(text)
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_text("The present password is not this one.")).to_be_visible()
        page.goto(f"{ACCOUNT}second-factor")
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_text("It is shown this once.")).to_be_visible()
        assert found_by_axe(page) == []
