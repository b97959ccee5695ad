"""From an HTTP request to a service's request, and from a service's response to an HTTP response."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any

import pytest

from support.passwords import basic
from support.served import Served
from zato.config.kinds import ChannelHttp, ChannelRest, SecurityBasic
from zato.config.kinds.channel import Method
from zato.core.errors import TooLarge
from zato.host.settings import ServerSettings

SOURCE = """
from zato.server.service import BadRequest, Service

class Tells(Service):
    name = "tells"
    def handle(self):
        http, payload = self.request.http, self.request.payload
        self.response.payload = {
            "payload": payload if isinstance(payload, (dict, list)) else str(payload),
            "params": http.params, "query": http.GET, "method": http.method, "path": http.path, "cid": self.cid,
            "agent": http.headers.get("user-agent"), "type": http.headers.get("content-type"),
            "authorization": http.headers.get("authorization"), "principal": self.request.principal.name,
        }

class Answers(Service):
    name = "answers"
    def handle(self):
        self.response.status_code = 201
        self.response.headers["Location"] = "/it/1"
        self.response.headers["Set-Cookie"] = ["a=1", "b=2"]
        self.response.headers["X-Zato-CID"] = "of the service's own"
        self.response.payload = {"id": 1}

class Text(Service):
    name = "text"
    def handle(self):
        self.response.payload = "text"

class Refuses(Service):
    name = "refuses"
    def handle(self):
        raise BadRequest("Not so.")

class Breaks(Service):
    name = "breaks"
    def handle(self):
        raise RuntimeError("secret")
"""
CID = "c0ffee00c0ffee00"


def served(settings: ServerSettings | None = None, **fields: Any) -> Served:
    """A REST channel for each service, at its name; `fields` are those of `/tells`."""
    methods: tuple[Method, ...] = ("GET", "POST")
    channels = {
        name: ChannelRest(service=name, path=f"/{name}", methods=methods)
        for name in ("answers", "text", "refuses", "breaks", "missing")
    }
    channels["tells"] = ChannelRest(service="tells", path="/tells", methods=methods, **fields)
    plain = ChannelHttp(service="tells", path="/plain/{id}", methods=methods)
    text = ChannelHttp(service="text", path="/plain-text", methods=methods, content_type="text/csv")
    users = {"user": SecurityBasic(username="jane", password="x", requests_max=2)}
    items: dict[str, Any] = {
        "channel-rest": channels,
        "channel-http": {"plain": plain, "text": text},
        "security-basic": users,
    }
    return Served(items, SOURCE, settings=settings)


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json["error"]["code"]


def test_a_service_has_all_of_the_request() -> None:
    answer = served().request(
        "POST",
        "/tells?a=1&a=2",
        body=b'{"n": 1}',
        headers={"Content-Type": "application/json", "User-Agent": "test", "X-Zato-CID": CID},
    )
    told = answer.json
    assert (told["payload"], told["query"], told["params"]) == ({"n": 1}, {"a": ["1", "2"]}, {})
    assert (told["method"], told["path"], told["cid"]) == ("POST", "/tells", CID)
    assert (told["agent"], told["type"], told["principal"]) == ("test", "application/json", "anonymous")
    assert (answer.headers["x-zato-cid"], answer.headers["content-type"]) == (CID, "application/json")


def test_a_plain_channel_hands_on_the_body_as_it_is() -> None:
    told = served().request("POST", "/plain/7", body=b"{no json").json
    assert (told["payload"], told["params"]) == ("{no json", {"id": "7"})


def test_a_rest_channel_takes_json_only() -> None:
    assert code(served().request("POST", "/tells", body=b"{no json")) == (400, "invalid-json")


def test_status_headers_and_type_are_the_services_own_and_the_correlation_id_is_not() -> None:
    answer = served().request("GET", "/answers", headers={"X-Zato-CID": CID})
    assert (answer.status_code, answer.json, answer.headers["location"]) == (201, {"id": 1}, "/it/1")
    assert [(cookie.name, cookie.value) for cookie in answer.cookies.values()] == [("a", "1"), ("b", "2")]
    assert answer.headers["x-zato-cid"] == CID


def test_text_is_of_the_channels_type() -> None:
    assert served().request("GET", "/plain-text").headers["content-type"].startswith("text/csv")


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        ("refuses", (400, "bad-request")),
        ("breaks", (500, "service-failed")),
        ("missing", (503, "service-not-deployed")),
    ],
)
def test_what_becomes_of_errors(service: str, expected: tuple[int, str]) -> None:
    made = served()
    answer = made.request("GET", f"/{service}", headers={"X-Zato-CID": CID})
    assert code(answer) == expected
    assert answer.json["error"]["cid"] == CID
    assert "secret" not in answer.text
    assert made.counted() == {(service, service, str(expected[0])): 1}
    assert made.unrouted == []


def test_who_may_not_call_is_refused_before_the_body_is_looked_at() -> None:
    made = served(security=("user",))
    assert code(made.request("POST", "/tells", body=b"{no json")) == (401, "unauthorized")
    assert code(made.request("POST", "/tells", body=b"{", headers=basic("jane", "any"))) == (400, "invalid-json")


def test_a_service_knows_who_calls_and_not_the_password() -> None:
    told = served(security=("user",)).request("GET", "/tells", headers=basic("jane", "any")).json
    assert (told["principal"], told["authorization"]) == ("user", None)
    # Where nobody is asked who they are, what they send is the service's own affair
    sent = basic("jane", "any")
    told = served().request("GET", "/tells", headers=sent).json
    assert (told["principal"], told["authorization"]) == ("anonymous", sent["Authorization"])


def test_limits_of_the_principal_and_of_the_channel_both_hold() -> None:
    made = served(security=("user",))
    found = [made.request("GET", "/tells", headers=basic("jane", "any")).status_code for _ in range(3)]
    assert found == [200, 200, 429]
    assert made.refusals == [("principal", "user", "requests_max")]
    made = served(requests_max=1)
    assert [made.request("GET", "/tells").status_code for _ in range(2)] == [200, 429]
    assert made.refusals == [("channel", "tells", "requests_max")]
    assert made.counted()["tells", "tells", "429"] == 1


def test_a_request_that_was_given_up_is_counted_as_what_its_caller_was_told() -> None:
    made = served()
    given_up = SimpleNamespace(abandoned=True, needs=lambda number: None)
    made.request("GET", "/tells", environ={"zato.request": given_up})
    assert made.counted() == {("tells", "tells", "504"): 1}
    under_way = SimpleNamespace(abandoned=False, needs=lambda number: None)
    made.request("GET", "/tells", environ={"zato.request": under_way})
    assert made.counted()["tells", "tells", "200"] == 1
    assert (under_way.service, under_way.limit_seconds) == ("tells", made.settings.time_limit_seconds)


@pytest.mark.parametrize(
    ("settings", "fields", "largest"),
    [
        (ServerSettings(max_body_bytes=9000, max_json_bytes=5000), {}, 5000),
        (ServerSettings(max_body_bytes=9000, max_json_bytes=5000), {"max_body_bytes": 7000}, 7000),
        (ServerSettings(max_body_bytes=6000, max_json_bytes=5000), {"max_body_bytes": 7000}, 6000),
    ],
    ids=["the server's", "the channel's own", "the server's at most"],
)
def test_the_largest_body_is_taken_and_one_byte_more_is_not(
    settings: ServerSettings, fields: dict[str, int], largest: int
) -> None:
    made = served(settings, **fields)
    for chunked in (False, True):
        for size, status in ((largest, 200), (largest + 1, 413)):
            headers = {"Transfer-Encoding": "chunked"} if chunked else {"Content-Length": str(size)}
            stream = {"wsgi.input": io.BytesIO(b'"' + b"x" * (size - 2) + b'"')}
            answer = made.request("POST", "/tells", headers=headers, environ=stream)
            assert answer.status_code == status, (chunked, size)
    assert f"larger than {largest} bytes" in answer.json["error"]["message"]
    assert "max_json_bytes" in answer.json["error"]["message"]


def test_a_body_that_ends_too_early_is_refused_and_one_without_framing_is_none() -> None:
    made = served()
    short = {"wsgi.input": io.BytesIO(b"{}")}
    assert code(made.request("POST", "/tells", headers={"Content-Length": "3"}, environ=short)) == (
        400,
        "incomplete-message",
    )
    assert made.request("POST", "/tells").json["payload"] == "None"


def test_a_large_json_document_asks_for_memory_before_and_after_it_is_read() -> None:
    asked: list[int] = []

    def needs(number: int) -> None:
        asked.append(number)
        if len(asked) == 4:
            raise TooLarge("It has no room.")

    made = served()
    body = b"[" + b"1," * 3000 + b"1]"
    active = SimpleNamespace(abandoned=False, needs=needs)
    assert made.request("POST", "/tells", body=body, environ={"zato.request": active}).status_code == 200
    assert len(asked) == 2
    assert asked[0] == 2 * len(body) < asked[1]
    assert made.request("POST", "/tells", body=body, environ={"zato.request": active}).status_code == 413
    small = SimpleNamespace(abandoned=False, needs=lambda number: pytest.fail("It is small."))
    assert made.request("POST", "/tells", body=b"[]", environ={"zato.request": small}).status_code == 200


def test_an_error_that_says_something_else_outside_is_shown_so() -> None:
    source = SOURCE.replace('raise BadRequest("Not so.")', 'self.invoke_async("tells", {1: object()})')
    made = Served({"channel-rest": {"r": ChannelRest(service="refuses", path="/r")}}, source)
    answer = made.request("GET", "/r")
    assert answer.status_code == 500
    assert "object" not in answer.text
