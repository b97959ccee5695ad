"""Pages can be used by everybody: in both themes, on a phone, without a mouse, and without scripts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser

from support.accessible import found_by_axe
from support.browser import sign_in, window
from support.cluster import RunningCluster

MORE = (
    "/c/zato/config/channel-rest/new",
    "/c/zato/config/outgoing-rest/new",
    "/c/zato/config/security-basic/i/ann/",
    "/c/zato/config/security-basic/i/ann/history",
    "/c/zato/config/security-basic/i/vera/delete",
    "/c/zato/deployments/new",
    "/c/zato/servers/1/",
    "/c/zato/servers/1/drain",
    "/c/zato/logs/?follow=yes",
    "/c/zato/revisions/diff?from=1",
    "/c/zato/revisions/rollback?revision=1",
    "/c/zato/configuration/",
    "/nowhere",
)
"""Pages that the rail does not lead to."""


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (1280, True), (390, False), (390, True)])
def test_axe_finds_nothing(console: RunningCluster, browser: Browser, width: int, *, dark: bool) -> None:
    with window(browser, console, width=width, dark=dark) as page:
        for path in ("/login", "/first"):
            page.goto(path)
            assert found_by_axe(page) == []
        sign_in(page, "ann")
        rail = page.locator("nav a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
        assert len(rail) > 10
        for path in dict.fromkeys((*rail, *MORE)):
            page.goto(path)
            assert found_by_axe(page) == [], path
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_reading_works_without_scripts(console: RunningCluster, browser: Browser) -> None:
    with window(browser, console, scripts=False) as page:
        sign_in(page, "vera")
        for path in re.findall(r'href="(/c/zato/[^"?]*)"', page.content()):
            page.goto(path)
            assert page.locator("h1").count() >= 1, path
