"""Every page that a link leads to answers, for whoever is signed in, and nobody gets an error of the console's own."""

from __future__ import annotations

import re
from html import unescape

import pytest

from support.cluster import RunningCluster
from support.console import ConsoleSession

_LINK = re.compile(r'href="([^"#]+)')
_PAGES_MAX = 400
_SOURCE = b"""from zato.server.service import Service

class Crawled(Service):
    def handle(self):
        pass
"""


@pytest.mark.parametrize("person", ["vera", "oz", "ann"])
def test_no_link_leads_to_an_error(console: RunningCluster, person: str) -> None:
    console.api().deploy(
        "crawled.py",
        b"from zato.server.service import Service\nclass A(Service):\n    def handle(self):\n        pass\n",
    )
    session = ConsoleSession(console)
    session.sign_in(person)
    waiting, seen = ["/c/zato/"], set[str]()
    while waiting and len(seen) < _PAGES_MAX:
        path = waiting.pop()
        seen.add(path)
        answer = session.get(path)
        # Somebody else's item may have gone meanwhile
        assert answer.status in {200, 302, 404}, (path, answer.status, answer.data[:500])
        if "html" not in answer.headers.get("Content-Type", ""):
            continue
        base = path.partition("?")[0]
        for link in _LINK.findall(answer.data.decode()):
            to = unescape(link)
            to = base + to if to.startswith("?") else to
            if to.startswith("/") and not to.startswith("/static/") and to not in seen and to not in waiting:
                waiting.append(to)
    assert len(seen) > 20


@pytest.mark.parametrize("path", ["/nowhere", "/c/nowhere/", "/c/zato/config/no-kind/", "/c/zato/deployments/999999/"])
def test_what_is_not_there_is_said_not_to_be(console: RunningCluster, path: str) -> None:
    session = ConsoleSession(console)
    session.sign_in("vera")
    answer = session.get(path)
    assert answer.status == 404
    assert b"not-found" in answer.data
