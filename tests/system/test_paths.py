"""Which channel answers a path, whichever door it comes through, and that no two programs disagree about it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.cluster import RunningCluster
from support.doors import BALANCER, DIRECT, Answer, Doors
from support.targets import INVALID_PATHS, NO_TARGETS

pytestmark = pytest.mark.usefixtures("unharmed")

SOURCE = """
from zato.server.service import Service

class Told(Service):
    def handle(self):
        http = self.request.http
        told = {'params': dict(http.params), 'query': dict(http.GET), 'body': self.request.payload}
        self.response.payload = {'channel': self.name, **told}

class Customer(Told):
    name = 'paths.customer'

class Orders(Told):
    name = 'paths.orders'

class Search(Told):
    name = 'paths.search'

class Deep(Told):
    name = 'paths.deep'

class Calls(Service):
    '''Calls the channels through the balancer, as any other system of the world.'''
    name = 'paths.calls'

    def handle(self):
        asked = self.request.payload
        call = getattr(self.out.rest['paths.own'].conn, asked['method'])
        answer = call(self.cid, data=asked.get('data'), params=asked['params'])
        self.response.payload = {'status': answer.status_code, 'told': answer.data}
"""

CHANNELS = {
    "customer": ("/paths/{id}", ["GET", "DELETE", "PUT"]),
    "orders": ("/paths/{id}/orders", ["GET", "DELETE"]),
    "search": ("/paths/search", ["POST"]),
    "deep": ("/paths/{customer}/orders/{order}/{part}", ["GET"]),
    "calls": ("/paths-calls", ["POST"]),
}
DEEPER = {
    "customer": ("/paths/search/orders/last/lines", ["PUT"]),
    "orders": ("/paths/{customer}/orders/last/{any}", ["POST"]),
}


@pytest.fixture(scope="module")
def paths(hostile: RunningCluster) -> Iterator[Doors]:
    api = hostile.api()
    api.deploy("paths.py", SOURCE.encode())
    address = f"{hostile.url}/paths/{{id}}"
    certificate = hostile.layout.ca_certificate.read_text()
    made: list[tuple[str, str, dict[str, Any]]] = [
        ("outgoing-rest", "paths.own", {"address": address, "ca_certificate": certificate})
    ]
    for prefix, channels in (("paths", CHANNELS), ("paths.deeper", DEEPER)):
        for service, (path, methods) in channels.items():
            value = {"service": f"paths.{service}", "path": path, "methods": methods}
            made.append(("channel-rest", f"{prefix}.{service}", value))
    for kind, name, value in made:
        api.create_item(kind, name, value)
    hostile.settle()
    yield hostile.doors()
    for kind, name, _ in made:
        api.delete_item(kind, name, api.item(kind, name)["revision"])


def told(answer: Answer) -> tuple[str, dict[str, str]]:
    assert answer.status == 200, answer
    return answer.json["channel"].removeprefix("paths."), answer.json["params"]


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize(
    ("sent", "identifier"),
    [
        *(("7%2Forders", "7/orders"), ("7%2forders", "7/orders"), ("7%2Forders%2F", "7/orders/"), ("%2F", "/")),
        *(("7%5Corders", "7\\orders"), ("7\\orders", "7\\orders"), ("..%2F7", "../7"), ("%2E%2E%2F..", "../..")),
        *(("7;a=b", "7;a=b"), ("%37", "7"), ("7%252Forders", "7%2Forders"), ("a+b%20c", "a+b c"), ("...", "...")),
        *(("%C3%BC", "ü"), ("a%0D%0Ab%09%7F", "a\r\nb\t\x7f"), ("search%2F", "search/"), ("%7Bid%7D", "{id}")),
    ],
)
def test_an_identifier_may_have_any_character(paths: Doors, door: str, method: str, sent: str, identifier: str) -> None:
    assert told(paths.get(f"/paths/{sent}", door, method=method)) == ("customer", {"id": identifier})
    assert told(paths.get(f"/paths/{sent}/orders", door, method=method)) == ("orders", {"id": identifier})
    assert told(paths.get(f"/%70aths/{sent}/%6frders", door, method=method)) == ("orders", {"id": identifier})


@pytest.mark.parametrize(
    "path",
    [
        "/paths//orders",
        "/paths/",
        "/paths/7/",
        "/paths//7",
        "//paths/7",
        "/paths/7//orders",
        "/paths%2F7",
        "/%2Fpaths/7",
    ],
)
def test_an_empty_segment_is_a_segment(paths: Doors, door: str, path: str) -> None:
    for method in ("GET", "DELETE"):
        answer = paths.get(path, door, method=method)
        assert (answer.status, answer.json["error"]["code"]) == (404, "no-such-path")


@pytest.mark.parametrize("target", [*INVALID_PATHS, "/paths/7/../8", "/paths/%2e%2e/good", "/paths/."])
def test_no_server_sees_a_path_that_could_be_another(paths: Doors, door: str, target: str) -> None:
    answer = paths.raw(f"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode("latin-1"), door)
    assert (answer.status, answer.json["error"]["code"]) == (400, "invalid-path")


@pytest.mark.parametrize("target", NO_TARGETS)
def test_what_is_no_target_is_refused(paths: Doors, door: str, target: str) -> None:
    request = f"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    assert paths.raw(request.encode("latin-1"), door).status == 400


PIECES = [
    *("paths", "7", "orders", "search", "zato", "ping", "..", ".", "%2e"),
    *("%2F", "%2f", "/", "%5C", "%25", "%zz", ";"),
]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=7), st.sampled_from(["GET", "DELETE", "POST"]))
def test_both_doors_lead_to_the_same_channel(paths: Doors, pieces: list[str], method: str) -> None:
    path = "/" + "".join(pieces)
    balanced, direct = (paths.get(path, door, method=method) for door in (BALANCER, DIRECT))
    assert balanced.status == direct.status
    if balanced.status != 200:
        assert balanced.json["error"]["code"] == direct.json["error"]["code"]
    elif path != "/zato/ping":
        assert balanced.json == direct.json


@pytest.mark.parametrize(
    ("method", "path", "channel", "params"),
    [
        ("POST", "/paths/search", "search", {}),
        ("GET", "/paths/search", "customer", {"id": "search"}),
        ("DELETE", "/paths/%73earch", "customer", {"id": "search"}),
        ("GET", "/paths/search/orders", "orders", {"id": "search"}),
        ("PUT", "/paths/search/orders/last/lines", "customer", {}),
        ("POST", "/paths/search/orders/last/lines", "orders", {"customer": "search", "any": "lines"}),
        ("GET", "/paths/search/orders/last/lines", "deep", {"customer": "search", "order": "last", "part": "lines"}),
    ],
)
def test_no_channel_hides_one_of_another_method(
    paths: Doors, door: str, method: str, path: str, channel: str, params: dict[str, str]
) -> None:
    assert told(paths.get(path, door, method=method)) == (channel, params)


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/paths/search", {"GET", "DELETE", "PUT", "POST"}),
        ("/paths/other", {"GET", "DELETE", "PUT"}),
        ("/paths/search/orders/last/lines", {"GET", "PUT", "POST"}),
        ("/paths/7/orders/last/lines", {"GET", "POST"}),
    ],
)
def test_allow_names_the_methods_of_all_channels_that_match(
    paths: Doors, door: str, path: str, allowed: set[str]
) -> None:
    answer = paths.get(path, door, method="PATCH", body=b"{}")
    assert (answer.status, answer.json["error"]["code"]) == (405, "method-not-allowed")
    assert allowed <= set(answer.headers["allow"].split(", ")) <= allowed | {"HEAD", "OPTIONS"}


@pytest.mark.parametrize(
    "path", ["/zato/api//enrol/renew", "//zato/api/enrol", "/zato//api/enrol/leave", "/zato/api/enrol/"]
)
def test_enrolment_has_no_second_address(paths: Doors, door: str, path: str) -> None:
    assert paths.get(path, door, method="POST", body=b"{}").status == 404


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
@pytest.mark.parametrize("query", ["%0A", "%09", "%7F", "%00", "a%0D%0Ab", "%1b[2J", "/../?"])
def test_a_query_may_have_any_character(paths: Doors, door: str, method: str, query: str) -> None:
    answer = paths.get(f"/paths/7?note={query}", door, method=method)
    assert answer.json["query"] == {"note": unquote(query)}


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
@pytest.mark.parametrize("coding", ["length", "chunks"])
def test_any_method_may_have_a_body(paths: Doors, door: str, method: str, coding: str) -> None:
    body = json.dumps({"note": "x" * 20_000}).encode()
    if coding == "length":
        answer = paths.get("/paths/7", door, method=method, body=body)
    else:
        head = (
            f"{method} /paths/7 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        answer = paths.raw(head.encode() + b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body), door)
    assert answer.json["body"] == {"note": "x" * 20_000}


@pytest.mark.parametrize("method", ["get", "delete", "put"])
@pytest.mark.parametrize("identifier", ["7/orders", "../7", "a\\b", "a%2Fb", "ü", "a b", "a\r\nb", "\x7f"])
def test_own_outgoing_calls_reach_own_channels(paths: Doors, method: str, identifier: str) -> None:
    params = {"id": identifier, "note": "one\nline\r\n\tand\x7f\x01 another/../?"}
    asked = {"method": method, "params": params, "data": {"text": "a\nb"}}
    answer = paths.get("/paths-calls", method="POST", body=json.dumps(asked).encode())
    expected = {"params": {"id": identifier}, "query": {"note": params["note"]}, "body": {"text": "a\nb"}}
    assert answer.json == {"status": 200, "told": {"channel": "paths.customer", **expected}}


@pytest.mark.parametrize("name", ["a/b", "../customer", "a%2Fb", "..", ".", "", "a b", "a\\b"])
def test_names_in_the_admin_api_are_one_segment(hostile: RunningCluster, door: str, name: str) -> None:
    """None of these is there, and none leads to another operation of the API."""
    with hostile.pool("admin", direct=door == DIRECT) as pool:
        answer = pool.request("GET", f"/zato/api/items/channel-rest/{quote(name, safe='')}", retries=False)
    assert answer.status in ({400} if name in {".", ".."} else {404})
