"""From a file to a service that answers, and back, without the command line."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect
from urllib3.exceptions import HTTPError

from support.accessible import found_by_axe
from support.browser import sign_in, window
from support.cluster import RunningCluster
from support.console import ConsoleSession

GOOD = """from zato.server.service import Service

class {name}(Service):
    def handle(self):
        self.response.payload = {{'answer': {answer}}}
"""


def type_source(page: Page, name: str, source: str) -> None:
    page.goto("/c/zato/deployments/new")
    page.get_by_label("Or a name").fill(name)
    page.get_by_label("and its source").fill(source)


def test_an_example_is_deployed_by_a_click_and_answers(console: RunningCluster, browser: Browser) -> None:
    with window(browser, console) as page:
        sign_in(page, "ann")
        page.goto("/c/zato/deployments/new")
        page.get_by_role("link", name="A greeting").click()
        page.get_by_role("button", name="Deploy", exact=True).click()
        expect(page.get_by_text("serves it")).to_have_count(2)
        assert found_by_axe(page) == []
        page.get_by_role("link", name="hello.hello").click()
        expect(page.get_by_text("Greets whoever is named.")).to_be_visible()
        assert found_by_axe(page) == []
        page.get_by_role("link", name="Invoke").click()
        page.get_by_label("name").fill("Jane")
        page.get_by_role("button", name="Invoke").click()
        expect(page.get_by_text('"greeting": "Hello, Jane!"')).to_be_visible()
        assert found_by_axe(page) == []
        page.get_by_role("button", name="Send as a message").click()
        expect(page.get_by_text("is safe")).to_be_visible()


def test_a_line_that_is_wrong_is_marked_and_has_the_focus(console: RunningCluster, browser: Browser) -> None:
    with window(browser, console) as page:
        sign_in(page, "ann")
        type_source(page, "marked.py", "x = 1\ndef broken(:\n    pass\n")
        for button in ("Check only", "Deploy"):
            page.get_by_role("button", name=button, exact=True).click()
            expect(page.locator("#marked")).to_be_focused()
            expect(page.locator("#marked")).to_contain_text("def broken(:")
            assert found_by_axe(page) == []


def test_a_change_is_compared_deployed_and_taken_back(console: RunningCluster, browser: Browser) -> None:
    console.api().deploy("twice.py", GOOD.format(name="Twice", answer=1).encode())
    with window(browser, console) as page:
        sign_in(page, "ann")
        type_source(page, "twice.py", GOOD.format(name="Twice", answer=2))
        page.get_by_role("button", name="Check only").click()
        expect(page.get_by_text("It can be deployed")).to_be_visible()
        expect(page.locator("ins", has_text="'answer': 2")).to_be_visible()
        expect(page.locator("del", has_text="'answer': 1")).to_be_visible()
        page.get_by_role("button", name="Deploy", exact=True).click()
        expect(page.get_by_text("serves it")).to_have_count(2)
        assert console.api().invoke("twice.twice", None)[0] == b'{"answer":2}'
        page.goto("/c/zato/deployments/?file_name=twice.py")
        page.get_by_role("row", name=re.compile("superseded")).get_by_role("link").click()
        page.get_by_role("button", name=re.compile("active")).click()
        expect(page.get_by_text("is active in all workers")).to_be_visible()
    assert console.api().invoke("twice.twice", None)[0] == b'{"answer":1}'


def test_a_viewer_may_look_and_not_deploy(console: RunningCluster) -> None:
    vera = ConsoleSession(console)
    vera.sign_in("vera")
    page = vera.get("/c/zato/deployments/new").data.decode()
    assert "Your roles (viewer) do not allow this." in page
    refused = vera.post("/c/zato/deployments/new", {"file_name": "vera.py", "source": "", "deploy": "yes"})
    assert refused.status == 403


def test_what_is_no_python_or_too_large_is_said_to_be(console: RunningCluster) -> None:
    ann = ConsoleSession(console)
    ann.sign_in("ann")
    for name, text, why in (
        ("", "x", "Choose a file"),
        ("picture.png", "x", "picture.png"),
        ("null.py", "a\x00b", "null"),
    ):
        refused = ann.post("/c/zato/deployments/new", {"file_name": name, "source": text, "check": "yes"})
        assert 400 <= refused.status < 500
        assert why in refused.data.decode()
    large = ann.post("/c/zato/deployments/new", {"file_name": "large.py", "source": "x" * 10_600_000})
    assert large.status == 400
    with pytest.raises(HTTPError):  # its lighttpd has ended it; the answer may not be read any more
        assert ann.post("/c/zato/deployments/new", {"file_name": "huge.py", "source": "x" * 12_000_000}).status == 413
        raise HTTPError
