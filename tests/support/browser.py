"""Debian's Chromium, as a person has it: what pages say on their console fails the test that looks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from support.cluster import RunningCluster

CHROMIUM = Path(__file__).with_name("chromium_here")
PASSWORD = "right-horse-battery-1"


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser of its own, without anything of a person's."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def window(
    browser: Browser, cluster: RunningCluster, *, width: int = 1280, dark: bool = False, scripts: bool = True
) -> Iterator[Page]:
    """A page of a person who has no cookie yet. Fails where a page has errors, or has violated its policy.

    A page that the console itself answered with an error is none.
    """
    context = browser.new_context(
        base_url=cluster.console_url,
        ignore_https_errors=True,
        viewport={"width": width, "height": 800},
        color_scheme="dark" if dark else "light",
        java_script_enabled=scripts,
    )
    page = context.new_page()
    said: list[str] = []

    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            said.append(message.text)

    page.on("console", on_console)
    page.on("pageerror", lambda error: said.append(str(error)))
    try:
        yield page
    finally:
        context.close()
    assert said == []


def sign_in(page: Page, name: str, password: str = PASSWORD) -> None:
    """As a person does, to the overview."""
    page.goto("/login")
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile(r"/c/"))


def screenshot(page: Page, name: str) -> Path:
    """For people: build/screens/NAME.png."""
    path = Path("build/screens") / f"{name}.png"
    page.screenshot(path=path, full_page=True)
    return path
