"""Servers, logs, traces and the audit log, against a cluster."""

from __future__ import annotations

import csv
import io
import re

import pytest
from playwright.sync_api import Browser, expect

from support.browser import sign_in, window
from support.cluster import RunningCluster
from support.console import ConsoleSession
from support.waiting import until

FAILS = b"""from zato.server.service import Service

class Fails(Service):
    def handle(self):
        self.logger.info('<script>alert(1)</script>')
        raise ValueError('</pre><script>alert(2)</script>')
"""


@pytest.fixture
def ann(console: RunningCluster) -> ConsoleSession:
    session = ConsoleSession(console)
    session.sign_in("ann")
    return session


def test_a_call_is_traced_through_all_processes(console: RunningCluster, ann: ConsoleSession) -> None:
    console.api().deploy("traced.py", FAILS)
    console.settle()
    answer = ann.post("/c/zato/services/traced.fails/invoke", {"json": "{}", "as_json": "yes", "sync": "yes"})
    page = answer.data.decode()
    assert "Failed" in page
    found = re.search(r"/trace/([0-9a-f]{32})/", page)
    assert found is not None
    cid = found[1]

    def is_whole() -> bool:
        trace = ann.get(f"/c/zato/trace/{cid}/").data.decode()
        return "haproxy" in trace and "server-1" in trace and "ValueError" in trace

    until(is_whole)
    trace = ann.get(f"/c/zato/trace/{cid}/").data.decode()
    assert "<script>alert" not in trace
    assert "<script>alert" not in ann.get("/c/zato/logs/?level=info").data.decode()
    assert "<script>alert" not in ann.get("/c/zato/services/traced.fails/").data.decode()
    other = ConsoleSession(console)
    other.sign_in("vera")
    assert "do not allow you to read the log" in other.get(f"/c/zato/trace/{cid}/").data.decode()
    assert ann.get("/c/zato/trace/nonsense/").status in {200, 400}


def test_logs_are_found_by_their_text(console: RunningCluster, ann: ConsoleSession) -> None:
    text = ann.get("/c/zato/logs/?q=Messages+are+taken&process=listener").data.decode()
    assert "Messages are taken" in text
    assert ann.get("/c/zato/logs/?level=nonsense").status in {200, 400}
    assert "No line is like that" in ann.get("/c/zato/logs/?q=never-was-said").data.decode()


def test_the_audit_log_says_who_through_the_console(console: RunningCluster, ann: ConsoleSession) -> None:
    made = {"item-name": "audited", "service": "s", "path": "/audited", "methods": "GET"}
    ann.post("/c/zato/config/channel-rest/new", made)
    page = ann.get("/c/zato/audit/?subject=channel-rest:audited").data.decode()
    assert "ann" in page
    assert "session console" in page
    rows = list(csv.DictReader(io.StringIO(ann.get("/c/zato/audit/export.csv?principal=ann").data.decode())))
    assert ("channel-rest:audited", "ok") in [(row["subject"], row["outcome"]) for row in rows]
    assert "Nothing of that kind" in ann.get("/c/zato/audit/?principal=nobody").data.decode()


def test_draining_the_last_server_asks_with_the_keyboard(console: RunningCluster, browser: Browser) -> None:
    with window(browser, console) as page:
        sign_in(page, "ann")
        page.goto("/c/zato/servers/")
        page.get_by_role("link", name="Drain server 1").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_text("No other server gets requests.")).to_be_visible()
        page.get_by_label("Yes, the last one").focus()
        page.keyboard.press("Space")
        page.get_by_role("button", name="Drain").focus()
        try:
            page.keyboard.press("Enter")
            expect(page.get_by_text("gets no new requests;")).to_be_visible()
        finally:
            console.api().ready_server(1)
    until(lambda: console.api().status()["servers"][0]["mode"] == "ready")
