"""Every page that a link leads to, and every form, of a cluster full of hostile text: as a viewer, an administrator."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import pytest

from support.cluster import RunningCluster
from support.console import ConsoleSession
from support.injections import HTML
from support.waiting import until
from zato.core.errors import ZatoError

_PAGES_MAX = 600
# Many links lead to the same view: of each so many are followed
_ALIKE_MAX = 12
_ENDS_THE_SESSION = ("/logout",)
# Of an administrator they would be done
_DOES_SOMETHING = re.compile(
    r"/(hold|release|drain|ready|rotate|end|remove|discard|undeploy|activate|reload|rollback)$"
)
_SOURCE = b'''
from zato.server.service import BadRequest, Service

class Hostile(Service):
    """</title><script>alert(1)</script>"""
    name = 'crawl.hostile'

    def handle(self):
        raise BadRequest('<script>alert(1)</script> "><img src=x onerror=alert(1)>')
'''


class Page(HTMLParser):
    """Links and forms: of each form its method, action, and the fields with their values."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[tuple[str, str, dict[str, str]]] = []
        self.scripts: list[str] = []
        self.handlers: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.handlers += [f"<{tag} {name}" for name in given if name.startswith("on") or name == "style"]
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag == "script":
            self.scripts.append(given.get("src", ""))
        elif tag == "form":
            self.forms.append((given.get("method", "get").lower(), given.get("action", ""), {}))
        elif tag in {"input", "textarea", "select", "button"} and given.get("name") and self.forms:
            self.forms[-1][2].setdefault(given["name"], given.get("value", ""))


@pytest.fixture(scope="module")
def hostile(console: RunningCluster) -> Iterator[RunningCluster]:
    """Items of each kind with text in their fields that would run in a page, a service, dead letters, errors."""
    api = console.api()
    made: list[tuple[str, str]] = []
    for kind in api.kinds()["kinds"]:
        if kind["name"] in {"deployment", "server", "balancer", "packages"}:
            continue
        for number, text in enumerate(HTML):
            value = dict(kind["example"]) if "example" in kind else {}
            value |= {field["name"]: field["example"] for field in kind["fields"] if field["example"] is not None}
            value |= {field["name"]: "a long password" for field in kind["fields"] if field["secret"]}
            name = f"crawl-{kind['name']}-{number}"
            for field in kind["fields"]:
                if field["secret"] or field["choices"] or field["schema"].get("type") not in {"string", "array"}:
                    continue
                asked = {**value, field["name"]: [text] if field["several"] else text}
                with suppress(ZatoError):
                    api.create_item(kind["name"], name, asked, dry_run=True)
                    value = asked
            with suppress(ZatoError):
                made.append((kind["name"], api.create_item(kind["name"], name, value)["name"]))
    api.deploy("crawl_hostile.py", _SOURCE)
    console.settle()
    api.invoke_async("crawl.hostile", {"text": HTML})
    until(lambda: any(each["service"] == "crawl.hostile" for each in api.dead_letters()["messages"]))
    assert len(made) > len(HTML)
    yield console
    api.delete_dead_letters(None, service="crawl.hostile")
    for kind_name, name in reversed(made):
        with suppress(ZatoError):
            api.delete_item(kind_name, name)
    api.undeploy("crawl_hostile.py")
    console.settle()


def crawled(session: ConsoleSession) -> dict[str, tuple[Any, Page]]:
    """Every page that links lead to, by its address."""
    found: dict[str, tuple[Any, Page]] = {}
    alike: dict[str, int] = {}
    waiting = deque(["/c/zato/"])
    while waiting and len(found) < _PAGES_MAX:
        address = waiting.popleft()
        if address in found:
            continue
        shape = re.sub(r"[0-9a-f]{16,}|\d+|(?<=/i/)[^/]+|(?<=/(?:users)/)[^/]+|=[^&]*", "*", address)
        alike[shape] = alike.get(shape, 0) + 1
        if alike[shape] > _ALIKE_MAX:
            continue
        answer = session.get(address)
        is_page = str(answer.headers.get("Content-Type", "")).startswith("text/html")
        page = Page(answer.data.decode()) if is_page else Page("")
        found[address] = (answer, page)
        for link in page.links:
            there = urlsplit(urljoin(address, link))
            if not there.netloc and there.path.startswith("/"):
                waiting.append(there.path + (f"?{there.query}" if there.query else ""))
    return found


@pytest.mark.parametrize("name", ["ann", "vera"])
def test_every_link_leads_somewhere_and_hostile_text_stays_text(hostile: RunningCluster, name: str) -> None:
    session = ConsoleSession(hostile)
    assert session.sign_in(name).status == 302
    found = crawled(session)
    assert len(found) > 60
    wrong = {address: answer.status for address, (answer, _) in found.items() if answer.status >= 400}
    # The log, and dead letters, tell of services that are gone since
    gone = {address for address, status in wrong.items() if status == 404 and address.startswith("/c/zato/services/")}
    assert wrong.keys() - gone == set()
    for address, (answer, page) in found.items():
        text = answer.data.decode(errors="replace")
        if str(answer.headers.get("Content-Type", "")).startswith("text/html"):
            assert not any(each in text for each in HTML), address
            assert page.handlers == [], address
            assert all(each.startswith("/static/") for each in page.scripts), address
        assert "a long password" not in unescape(text), address


def forms_of(session: ConsoleSession) -> Iterator[tuple[str, str, str, dict[str, str]]]:
    """Each form once: the page, the method, where it leads, and its fields, where they are empty with hostile text."""
    seen = set()
    for address, (_, page) in crawled(session).items():
        for method, action, fields in page.forms:
            target = urljoin(address, action)
            shape = (method, re.sub(r"/i/[^/]+/", "/i/*/", target.partition("?")[0]), tuple(sorted(fields)))
            if target not in _ENDS_THE_SESSION and shape not in seen:
                seen.add(shape)
                given = {field: value or HTML[1] for field, value in fields.items() if field != "csrfmiddlewaretoken"}
                yield address, method, target, given


def sent(session: ConsoleSession, address: str, method: str, target: str, values: dict[str, str]) -> Any:
    if method == "post":
        return session.post(target, values, form=address)
    return session.get(f"{target.partition('?')[0]}?{urlencode(values)}")


def test_no_form_of_any_page_does_anything_for_a_viewer_or_fails(hostile: RunningCluster) -> None:
    session = ConsoleSession(hostile)
    session.sign_in("vera")
    before = hostile.api().status()["odb"]["revision"]
    tried = 0
    for address, method, target, values in forms_of(session):
        if "/account/" not in target:  # one's own password is nothing of the cluster's
            answer = sent(session, address, method, target, {**values, "sure": "yes"})
            assert answer.status < 500, (address, method, target, answer.status)
            tried += 1
    assert tried > 20
    assert hostile.api().status()["odb"]["revision"] == before


def test_no_form_fails_with_what_an_administrator_mistypes(hostile: RunningCluster) -> None:
    session = ConsoleSession(hostile)
    session.sign_in("ann")
    tried = 0
    for address, method, target, values in forms_of(session):
        if _DOES_SOMETHING.search(target.partition("?")[0]) or (method == "post" and "/account/" in target):
            continue
        # Of no revision, so that nothing that is there is changed
        given = {**dict.fromkeys(values, HTML[0]), **({"revision": "0"} if "revision" in values else {})}
        answer = sent(session, address, method, target, given)
        assert answer.status < 500, (address, method, target, answer.status)
        if str(answer.headers.get("Content-Type", "")).startswith("text/html"):
            assert not any(each in answer.data.decode() for each in HTML), (address, method, target)
        tried += 1
    assert tried > 30
