"""Headers with several values, and cookies, on their way through the whole chain."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.cluster import RunningCluster
from support.scenarios.workers import open_channel

SOURCE = b"""
from zato.server.service import Service

class Visit(Service):
    name = 'headers.visit'

    def handle(self):
        cookies = self.request.http.cookies
        self.response.set_cookie('visits', str(int(cookies.get('visits', 0)) + 1), max_age=60)
        self.response.set_cookie('seen', 'yes', http_only=False)
        self.response.headers['Link'] = ['</1>; rel=first', '</9>; rel=last']
        self.response.headers['Set-Cookie'] = 'own=1; Path=/x'
        self.response.payload = dict(cookies)

class Empty(Service):
    name = 'headers.empty'

    def handle(self):
        if self.request.http.GET:
            self.response.status_code = int(self.request.http.GET['status'])
            self.response.payload = '' if self.response.status_code == 200 else {'not': 'sent'}
"""


@pytest.fixture(scope="module")
def visited(cluster: RunningCluster) -> Iterator[RunningCluster]:
    api = cluster.api()
    api.deploy("visited.py", SOURCE)
    open_channel(cluster, "headers.visit", "/visited")
    open_channel(cluster, "headers.empty", "/empty")
    yield cluster
    api.delete_item("channel-rest", "headers.visit")
    api.delete_item("channel-rest", "headers.empty")


@pytest.mark.parametrize("direct", [False, True], ids=["haproxy", "lighttpd"])
def test_cookies_and_several_values_of_a_header_arrive(visited: RunningCluster, direct: bool) -> None:
    with visited.pool(direct=direct) as pool:
        answer = pool.request("GET", "/visited", headers={"Cookie": "visits=4; theme=dark"}, retries=False)
    assert answer.status == 200
    assert answer.json() == {"visits": "4", "theme": "dark"}
    assert answer.headers["Link"] == "</1>; rel=first, </9>; rel=last"
    assert sorted(answer.headers.getlist("Set-Cookie")) == [
        "own=1; Path=/x",
        "seen=yes; Path=/; SameSite=Lax; Secure",
        "visits=5; Max-Age=60; Path=/; SameSite=Lax; Secure; HttpOnly",
    ]


@pytest.mark.parametrize("direct", [False, True], ids=["haproxy", "lighttpd"])
@pytest.mark.parametrize("query", ["", "?status=200", "?status=204", "?status=304"])
def test_an_answer_without_a_body_has_no_type(visited: RunningCluster, direct: bool, query: str) -> None:
    with visited.pool(direct=direct) as pool:
        answer = pool.request("GET", f"/empty{query}", retries=False)
    assert (answer.status, answer.data) == (int(query[-3:] or 200), b"")
    assert answer.status != 200 or answer.headers["Content-Length"] == "0"
    assert "Content-Type" not in answer.headers
