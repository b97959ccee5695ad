"""Which request is answered by what: users' channels, Zato's own paths, and refusals that say why."""

from __future__ import annotations

from typing import Any

import pytest

from support.served import Served
from zato.config.kinds import ChannelHttp, ChannelRest

SOURCE = """
from zato.server.service import Service

class Tells(Service):
    name = "tells"
    def handle(self):
        self.response.payload = [self.request.http.method, self.request.http.params]

class First(Service):
    name = "first"
    def handle(self):
        self.response.payload = "first"
"""


def rest(path: str, *methods: Any, service: str = "tells", **more: Any) -> ChannelRest:
    return ChannelRest(service=service, path=path, methods=methods or ("GET",), **more)


class Own:
    """A path of Zato's own."""

    def on_get(self, req: Any, resp: Any, number: str = "-") -> None:
        resp.text, resp.content_type = f"own {number}", "text/plain"

    def on_put(self, req: Any, resp: Any) -> None:
        resp.text = "put"


@pytest.fixture
def served() -> Served:
    channels = {
        "orders": rest("/orders", "GET", "POST"),
        "order": rest("/orders/{id}", "GET"),
        "last": rest("/orders/last", "PUT"),
        "options": rest("/options", "OPTIONS"),
        "pages": rest("/pages", "POST", cors_origins=("https://shop.example.com",)),
        "off": rest("/off", active=False),
    }
    made = Served(
        {"channel-rest": channels, "channel-http": {"plain": ChannelHttp(service="first", path="/a/")}}, SOURCE
    )
    made.own.add_route("/zato/own", Own())
    made.own.add_route("/zato/own/{number}", Own())
    return made


@pytest.mark.parametrize(
    ("method", "path", "told"),
    [
        ("GET", "/orders", ["GET", {}]),
        ("POST", "/orders", ["POST", {}]),
        ("GET", "/orders?id=1", ["GET", {}]),
        ("GET", "/orders/7", ["GET", {"id": "7"}]),
        ("GET", "/orders/a%2Fb", ["GET", {"id": "a/b"}]),
        ("GET", "/orders/%C3%A9%20", ["GET", {"id": "é "}]),
        ("GET", "/orders/last", ["GET", {"id": "last"}]),  # what takes another method hides nothing
        ("PUT", "/orders/last", ["PUT", {}]),
        ("OPTIONS", "/options", ["OPTIONS", {}]),
        ("GET", "/%6Frders", ["GET", {}]),
    ],
)
def test_a_path_and_a_method_find_their_channel(served: Served, method: str, path: str, told: list[Any]) -> None:
    answer = served.request(method, path)
    assert (answer.status_code, answer.json) == (200, told)


def test_what_answers_get_answers_head(served: Served) -> None:
    assert served.request("HEAD", "/orders").status_code == 200
    assert served.request("HEAD", "/zato/own").status_code == 200
    assert served.request("HEAD", "/options").status_code == 405


@pytest.mark.parametrize(
    ("method", "path", "status", "code", "allow"),
    [
        ("GET", "/nothing", 404, "no-such-path", None),
        ("GET", "/off", 404, "no-such-path", None),
        ("GET", "/orders/", 404, "no-such-path", None),
        ("GET", "/orders/7/8", 404, "no-such-path", None),
        ("GET", "/a", 404, "no-such-path", None),
        ("DELETE", "/orders", 405, "method-not-allowed", "GET, HEAD, POST"),
        ("OPTIONS", "/orders", 405, "method-not-allowed", "GET, HEAD, POST"),
        ("POST", "/orders/last", 405, "method-not-allowed", "GET, HEAD, PUT"),
        ("GET", "/orders/../orders", 400, "invalid-path", None),
        ("GET", "/orders/%ff", 400, "invalid-path", None),
        ("GET", "/zato/elsewhere", 404, "no-such-path", None),
        ("DELETE", "/zato/own", 405, "method-not-allowed", "GET, HEAD, OPTIONS, PUT"),
        ("GET", "/zato", 404, "no-such-path", None),
    ],
)
def test_what_there_is_nothing_for_is_refused_with_the_reason(
    served: Served, method: str, path: str, status: int, code: str, allow: str | None
) -> None:
    answer = served.request(method, path)
    assert (answer.status_code, answer.json["error"]["code"]) == (status, code)
    assert answer.headers.get("allow") == allow
    assert served.unrouted == [status]


def test_a_refusal_names_path_and_method(served: Served) -> None:
    message = served.request("DELETE", "/orders").json["error"]["message"]
    assert message == "The channel at /orders takes GET, HEAD, POST, not DELETE."
    assert served.request("GET", "/nothing?secret").json["error"]["message"] == "There is no channel at /nothing."
    assert served.request("GET", "/zato/nothing").json["error"]["message"] == "There is nothing at /zato/nothing."
    assert "The path /zato/own takes" in served.request("DELETE", "/zato/own").json["error"]["message"]


@pytest.mark.parametrize("path", ["/zato/own", "/%7Aato/own", "/zat%6f/own"])
def test_zatos_own_paths_are_its_own_in_any_spelling(served: Served, path: str) -> None:
    assert served.request("GET", path).text == "own -"
    assert served.request("GET", path + "/7").text == "own 7"
    assert served.without_type("OPTIONS", path)[1]["allow"] == "GET, HEAD, PUT"


def test_a_browser_that_asks_first_is_answered_by_the_channel_of_the_method_it_asks_for(served: Served) -> None:
    origin = {"Origin": "https://shop.example.com"}
    asked = {**origin, "Access-Control-Request-Method": "POST"}
    answer = served.request("OPTIONS", "/pages", headers=asked)
    assert (answer.status_code, answer.headers["access-control-allow-methods"]) == (204, "POST")
    # One that asks for what no channel does, or a channel that is for its own pages, has no such answer
    for headers, path in (
        ({**asked, "Access-Control-Request-Method": "PUT"}, "/pages"),
        (asked, "/orders"),
        (origin, "/pages"),
        ({"Access-Control-Request-Method": "POST"}, "/pages"),
    ):
        assert served.request("OPTIONS", path, headers=headers).status_code == 405, headers


def test_nothing_is_said_of_paths_while_no_configuration_is_known() -> None:
    served = Served()
    served.own.add_route("/zato/own", Own())
    answer = served.request("GET", "/orders")
    assert (answer.status_code, answer.json["error"]["code"]) == (503, "no-configuration")
    assert served.request("GET", "/zato/own").status_code == 200
    assert served.request("GET", "/orders/%00").status_code == 400


def test_what_a_route_answers_is_counted_once_and_what_has_none_without_its_path(served: Served) -> None:
    served.request("GET", "/orders/7")
    served.request("GET", "/orders/8")
    served.request("GET", "/secret/7")
    assert served.counted() == {("order", "tells", "200"): 2}
    assert served.unrouted == [404]


def test_an_answer_without_a_body_has_no_type(served: Served) -> None:
    source = SOURCE.replace('self.response.payload = "first"', "pass")
    empty = Served({"channel-rest": {"a": rest("/a", service="first")}}, source)
    status, headers, body = empty.without_type("GET", "/a")
    assert (status, body, headers["content-length"]) == ("200 OK", b"", "0")
    assert "content-type" not in headers
    assert served.request("GET", "/orders").headers["content-type"] == "application/json"
