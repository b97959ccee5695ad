"""HEAD and OPTIONS in channels and at Zato's own paths, and pages of other sites, through the whole chain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from support.cluster import RunningCluster
from support.doors import Answer
from support.passwords import basic
from zato.core.errors import InvalidInput

SHOP = "https://shop.example.com"
SOURCE = b"""
from zato.server.service import Service

class Any(Service):
    name = 'methods.any'

    def handle_GET(self):
        self.response.headers['X-Method'] = self.request.http.method
        self.response.headers['Vary'] = 'Accept'
        self.response.payload = {'got': 'x' * 100}

    def handle_POST(self):
        self.response.payload = {'posted': True}

    def handle_OPTIONS(self):
        self.response.headers['Allow'] = 'GET, OPTIONS'
        self.response.headers['X-Own'] = 'yes'

class Fails(Service):
    name = 'methods.fails'

    def handle(self):
        raise ValueError
"""
CHANNELS: dict[str, dict[str, Any]] = {
    "plain": {"methods": ["GET", "OPTIONS"]},
    "shop": {
        "methods": ["GET"],
        "cors_origins": [SHOP, "http://localhost:3000"],
        "cors_headers": ["X-App", "Content-Type"],
        "cors_expose_headers": ["X-Method"],
        "cors_credentials": True,
        "cors_max_age_seconds": 60,
    },
    "open": {"methods": ["GET", "POST"], "cors_origins": ["*"]},
    "guarded": {"methods": ["GET"], "cors_origins": [SHOP], "security": ["methods-user"]},
}


@pytest.fixture(scope="module")
def answering(cluster: RunningCluster) -> Iterator[RunningCluster]:
    api = cluster.api()
    api.deploy("methods.py", SOURCE)
    api.create_item("security-basic", "methods-user", {"username": "methods", "password": "a long password"})
    for name, fields in CHANNELS.items():
        value = {"service": "methods.any", "path": f"/methods/{name}", **fields}
        api.create_item("channel-rest", f"methods-{name}", value)
    # Another channel for another method of the same path, and one whose service fails
    other = {"service": "methods.any", "path": "/methods/shop", "methods": ["POST"]}
    api.create_item("channel-http", "methods-shop-post", other)
    failing = {"service": "methods.fails", "path": "/methods/fails", "methods": ["GET"], "cors_origins": [SHOP]}
    api.create_item("channel-rest", "methods-fails", failing)
    cluster.settle()
    yield cluster
    for name in (*CHANNELS, "fails"):
        api.delete_item("channel-rest", f"methods-{name}")
    api.delete_item("channel-http", "methods-shop-post")
    api.delete_item("security-basic", "methods-user")


def ask(cluster: RunningCluster, door: str, path: str, method: str, **headers: str) -> Answer:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return cluster.doors().get(path, door, method=method, headers=sent)


def preflight(cluster: RunningCluster, door: str, path: str, origin: str, method: str) -> Answer:
    return ask(cluster, door, path, "OPTIONS", Origin=origin, Access_Control_Request_Method=method)


def test_head_is_get_without_a_body(answering: RunningCluster, door: str) -> None:
    got = ask(answering, door, "/methods/plain", "GET")
    head = ask(answering, door, "/methods/plain", "HEAD")
    assert (head.status, head.body, head.headers["x-method"]) == (200, b"", "HEAD")
    assert head.headers["content-length"] == got.headers["content-length"] == str(len(got.body))
    assert head.headers["content-type"] == got.headers["content-type"]


@pytest.mark.parametrize("path", ["/zato/ping", "/zato/health", "/zato/metrics", "/zato/api/status"])
def test_zatos_own_paths_answer_head_as_they_answer_get(answering: RunningCluster, door: str, path: str) -> None:
    certificate = answering.layout.pki / "admin.crt"
    head = answering.doors().get(path, door, method="HEAD", certificate=certificate)
    assert (head.status, head.body) == (200, b"")
    if "zato/api" in path or "metrics" in path:
        assert answering.doors().get(path, door, method="HEAD").status == 401


def test_a_channel_with_options_asks_its_service(answering: RunningCluster, door: str) -> None:
    answer = ask(answering, door, "/methods/plain", "OPTIONS")
    assert (answer.status, answer.headers["x-own"], answer.headers["allow"]) == (200, "yes", "GET, OPTIONS")
    asked = preflight(answering, door, "/methods/plain", SHOP, "GET")
    assert (asked.status, asked.headers["x-own"]) == (200, "yes")


def test_a_channel_without_options_says_what_it_takes(answering: RunningCluster, door: str) -> None:
    answer = ask(answering, door, "/methods/open", "OPTIONS")
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD, POST")


def test_a_browser_is_told_what_a_listed_page_may_do(answering: RunningCluster, door: str) -> None:
    answer = preflight(answering, door, "/methods/shop", SHOP, "GET")
    assert (answer.status, answer.body) == (204, b"")
    found = {name: value for name, value in answer.headers.items() if name.startswith("access-control")}
    assert found == {
        "access-control-allow-origin": SHOP,
        "access-control-allow-credentials": "true",
        "access-control-allow-methods": "GET, HEAD",
        "access-control-allow-headers": "X-App, Content-Type",
        "access-control-max-age": "60",
    }
    assert answer.headers["vary"] == "Origin"
    # The channel for POST at the same path is for no other site's pages
    assert preflight(answering, door, "/methods/shop", SHOP, "POST").status == 405
    assert preflight(answering, door, "/methods/guarded", SHOP, "GET").status == 204


def test_a_listed_page_may_read_answers_and_errors(answering: RunningCluster, door: str) -> None:
    answer = ask(answering, door, "/methods/shop", "GET", Origin=SHOP)
    assert answer.headers["access-control-allow-origin"] == SHOP
    assert answer.headers["access-control-expose-headers"] == "X-Zato-CID, Retry-After, X-Method"
    assert {one.strip() for one in answer.headers["vary"].split(",")} == {"Origin", "Accept"}
    for path, status in (("/methods/guarded", 401), ("/methods/fails", 500)):
        failed = ask(answering, door, path, "GET", Origin=SHOP)
        assert (failed.status, failed.headers["access-control-allow-origin"]) == (status, SHOP)
    credentials = basic("methods", "a long password")
    let_in = ask(answering, door, "/methods/guarded", "GET", Origin=SHOP, **credentials)
    assert (let_in.status, let_in.headers["access-control-allow-origin"]) == (200, SHOP)


@pytest.mark.parametrize("origin", ["https://shop.example.com.evil.org", "http://shop.example.com", "null", "*"])
def test_a_page_that_is_not_listed_is_told_nothing(answering: RunningCluster, door: str, origin: str) -> None:
    asked = preflight(answering, door, "/methods/shop", origin, "GET")
    assert (asked.status, asked.json["error"]["code"]) == (403, "cors-origin")
    answer = ask(answering, door, "/methods/shop", "GET", Origin=origin)
    assert answer.status == 200
    for headers in (asked.headers, answer.headers):
        assert not [name for name in headers if name.startswith("access-control")]
        assert "Origin" in headers["vary"]


def test_a_channel_for_all_pages_says_so_and_takes_no_credentials(answering: RunningCluster, door: str) -> None:
    for answer in (
        preflight(answering, door, "/methods/open", SHOP, "POST"),
        ask(answering, door, "/methods/open", "GET", Origin=SHOP),
        ask(answering, door, "/methods/open", "GET"),
    ):
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"cors_origins": ["shop.example.com"]}, "cors_origins"),
        ({"cors_origins": ["https://shop.example.com/"]}, "cors_origins"),
        ({"cors_origins": ["null"]}, "cors_origins"),
        ({"cors_origins": ["*", SHOP]}, "cors_origins"),
        ({"cors_origins": ["*"], "cors_credentials": True}, "cors_credentials"),
        ({"cors_origins": [SHOP], "cors_headers": ["X A"]}, "cors_headers"),
        ({"cors_origins": [SHOP], "cors_expose_headers": ["X\r\nB"]}, "cors_expose_headers"),
    ],
)
def test_what_no_browser_could_follow_is_refused(answering: RunningCluster, fields: dict[str, Any], named: str) -> None:
    value = {"service": "methods.any", "path": "/methods/bad", **fields}
    with pytest.raises(InvalidInput, match=named):
        answering.api().create_item("channel-rest", "methods-bad", value)
