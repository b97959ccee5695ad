"""Dead letters and waiting messages in the console, against a cluster."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from support.accessible import found_by_axe
from support.browser import sign_in, window
from support.cluster import RunningCluster
from support.console import ConsoleSession
from support.injections import HTML
from support.waiting import until

DEAD = "/c/zato/messages/dead/"
WAITING = "/c/zato/messages/waiting/"
_SOURCE = b"""
from zato.server.service import BadRequest, Service

class Refusing(Service):
    name = 'console-messages.refusing'

    def handle(self):
        raise BadRequest(self.request.payload['why'])
"""


@pytest.fixture(scope="module")
def refusing(console: RunningCluster) -> Iterator[str]:
    api = console.api()
    api.deploy("console_messages.py", _SOURCE)
    console.settle()
    yield "console-messages.refusing"
    api.undeploy("console_messages.py")
    console.settle()


@pytest.fixture
def ann(console: RunningCluster) -> ConsoleSession:
    session = ConsoleSession(console)
    assert session.sign_in("ann").status == 302
    return session


@pytest.fixture
def clean(console: RunningCluster) -> Iterator[None]:
    yield
    console.api().delete_dead_letters(None)


def dead(console: RunningCluster, service: str, *reasons: str) -> list[dict[str, Any]]:
    """Dead letters with these reasons, newest first."""
    api = console.api()
    before = len(api.dead_letters(limit=1000)["messages"])
    for reason in reasons:
        api.invoke_async(service, {"why": reason})
    until(lambda: len(api.dead_letters(limit=1000)["messages"]) == before + len(reasons))
    found: list[dict[str, Any]] = api.dead_letters(limit=1000)["messages"]
    return found


def text_of(answer: Any) -> str:
    return str(answer.data.decode())


@pytest.mark.usefixtures("clean")
def test_a_dead_letter_is_found_read_and_delivered_again(
    console: RunningCluster, refusing: str, ann: ConsoleSession
) -> None:
    letters = dead(console, refusing, "no stock", "no money")
    page = text_of(ann.get(f"{DEAD}?q=STOCK"))
    assert "no stock" in page
    assert "no money" not in page
    stock = next(each for each in letters if "no stock" in each["reason"])
    shown = text_of(ann.get(f"{DEAD}{stock['id']}/"))
    assert "&quot;why&quot;: &quot;no stock&quot;" in shown
    again = ann.post(f"{DEAD}change", {"do": "retry", "which": "chosen", "ids": stock["id"]}, form=DEAD)
    assert again.status == 302
    assert "1 delivered again. There were 2 dead letters" in text_of(ann.get(DEAD))
    # Refused once more
    until(lambda: len(console.api().dead_letters()["messages"]) == 2)


@pytest.mark.usefixtures("clean")
def test_those_of_a_filter_are_deleted_once_that_is_confirmed_and_no_others(
    console: RunningCluster, refusing: str, ann: ConsoleSession
) -> None:
    dead(console, refusing, "late one", "late two", "early")
    chosen = {"do": "delete", "which": "filter", "q": "late"}
    asked = ann.post(f"{DEAD}change", chosen, form=DEAD)
    page = text_of(asked)
    assert (asked.status, "Delete 2 for good?" in page) == (200, True)
    assert len(console.api().dead_letters()["messages"]) == 3
    given = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    dead(console, refusing, "late three")
    done = ann.post(f"{DEAD}change", {**given, "do": "delete"}, form=DEAD)
    assert done.status == 302
    assert "2 deleted. There were 4 dead letters, and there are 2 now." in text_of(ann.get(DEAD))
    assert {each["reason"].split(": ")[-1] for each in console.api().dead_letters()["messages"]} == {
        "late three",
        "early",
    }


@pytest.mark.usefixtures("clean")
def test_what_is_gone_by_now_is_said_so(console: RunningCluster, refusing: str, ann: ConsoleSession) -> None:
    letter = dead(console, refusing, "once")[0]
    sure = {"do": "delete", "which": "chosen", "ids": letter["id"], "sure": "yes"}
    for _ in range(2):
        assert ann.post(f"{DEAD}change", sure, form=DEAD).status == 302
    assert "no dead letters any more" in text_of(ann.get(DEAD))


def test_bad_input_is_refused(ann: ConsoleSession) -> None:
    assert ann.post(f"{DEAD}change", {"do": "burn"}, form=DEAD).status == 400
    assert ann.post(f"{DEAD}change", {"do": "delete", "which": "filter", "sure": "yes"}, form=DEAD).status == 400
    assert ann.get(f"{DEAD}?since=yesterday").status == 400
    assert ann.get(f"{DEAD}?origin=nobody").status == 400
    assert ann.get(f"{DEAD}{'0' * 32}/").status == 404
    nothing = ann.post(f"{DEAD}change", {"do": "delete"}, form=DEAD)
    assert nothing.status == 302
    assert "Choose dead letters" in text_of(ann.get(DEAD))


@pytest.mark.usefixtures("clean")
def test_a_viewer_sees_no_payload_and_changes_nothing(console: RunningCluster, refusing: str) -> None:
    letter = dead(console, refusing, "not for viewers")[0]
    vera = ConsoleSession(console)
    vera.sign_in("vera")
    page = text_of(vera.get(DEAD))
    assert "Your roles (viewer) do not allow this." in page
    assert f"{DEAD}{letter['id']}/" not in page
    assert vera.get(f"{DEAD}{letter['id']}/").status == 403
    sure = {"do": "delete", "which": "all", "sure": "yes"}
    assert vera.post(f"{DEAD}change", sure, form=DEAD).status == 403
    assert vera.post(f"{WAITING}hold", {"reason": "x"}, form=WAITING).status == 403
    assert len(console.api().dead_letters()["messages"]) == 1


@pytest.mark.usefixtures("clean")
def test_what_is_in_messages_is_text_and_nothing_else(
    console: RunningCluster, refusing: str, ann: ConsoleSession
) -> None:
    letters = dead(console, refusing, *HTML)
    for path in (DEAD, f"{DEAD}?q={HTML[0]}", *(f"{DEAD}{each['id']}/" for each in letters)):
        page = text_of(ann.get(path))
        assert not any(each in page for each in HTML), path


def test_what_is_held_is_shown_deleted_and_released(
    console: RunningCluster, refusing: str, ann: ConsoleSession
) -> None:
    api = console.api()
    assert ann.post(f"{WAITING}hold", {"reason": "their <b>shop</b> moves"}, form=WAITING).status == 302
    try:
        page = text_of(ann.get(WAITING))
        assert "their &lt;b&gt;shop&lt;/b&gt; moves" in page
        first = api.invoke_async(refusing, {"why": "a"})["message_id"]
        api.invoke_async(refusing, {"why": "b"})
        until(lambda: len(api.held_messages()["messages"]) == 2)
        assert first in text_of(ann.get(WAITING))
        asked = ann.post(f"{WAITING}discard", {"ids": first}, form=WAITING)
        assert "Delete 1 for good?" in text_of(asked)
        assert len(api.held_messages()["messages"]) == 2
        ann.post(f"{WAITING}discard", {"ids": first, "sure": "yes"}, form=WAITING)
        ann.post(f"{WAITING}discard", {"which": "all", "sure": "yes"}, form=WAITING)
        assert api.held_messages()["messages"] == []
    finally:
        assert ann.post(f"{WAITING}release", {}, form=WAITING).status == 302
    assert "On their way" in text_of(ann.get(WAITING))


@pytest.mark.usefixtures("clean")
@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_somebody_deals_with_dead_letters_in_a_browser(
    console: RunningCluster, refusing: str, browser: Browser, width: int, *, dark: bool
) -> None:
    dead(console, refusing, "first", "second", "third")
    with window(browser, console, width=width, dark=dark) as page:
        sign_in(page, "oz")
        page.goto(DEAD)
        assert found_by_axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.get_by_role("table").get_by_role("link").first.click()
        expect(page.get_by_text("What was sent")).to_be_visible()
        assert found_by_axe(page) == []
        page.goto(DEAD)
        page.get_by_role("checkbox").nth(0).check()
        page.get_by_role("checkbox").nth(1).check()
        page.get_by_role("button", name="Delete chosen").click()
        expect(page.get_by_role("heading", name="Delete 2 for good?")).to_be_visible()
        assert found_by_axe(page) == []
        page.get_by_role("button", name="Delete", exact=True).click()
        expect(page.get_by_text("2 deleted. There were 3 dead letters, and there are 1 now.")).to_be_visible()
        page.goto(WAITING)
        assert found_by_axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
