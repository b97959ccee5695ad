"""What a browser is told about a channel that pages of other sites may call."""

from __future__ import annotations

from typing import Any

import pytest

from support.passwords import basic
from support.served import Served
from zato.config.kinds import ChannelRest, SecurityBasic
from zato.serving.http.cors import asks_before

SHOP, OTHER = "https://shop.example.com", "https://other.example.com"
SOURCE = """
from zato.server.service import BadRequest, Service

class Buy(Service):
    name = "buy"
    def handle(self):
        if self.request.payload == "refuse":
            raise BadRequest("Not so.")
        self.response.headers["Vary"] = "Accept"
        self.response.payload = "bought"
"""


def served(**fields: Any) -> Served:
    channel = ChannelRest(service="buy", path="/buy", methods=("GET", "POST"), **fields)
    users = {"user": SecurityBasic(username="jane", password="x")}
    return Served({"channel-rest": {"buy": channel}, "security-basic": users}, SOURCE)


def shown(answer: Any) -> dict[str, str]:
    """What an answer says to browsers, without the beginning that all of these headers have."""
    begin = "access-control-"
    return {name.removeprefix(begin): value for name, value in answer.headers.items() if name.startswith(begin)}


def preflight(made: Served, origin: str = SHOP, method: str = "POST") -> Any:
    return made.request("OPTIONS", "/buy", headers={"Origin": origin, "Access-Control-Request-Method": method})


def test_a_page_that_is_listed_may_call_and_read_and_is_told_for_how_long() -> None:
    made = served(cors_origins=(SHOP,), cors_max_age_seconds=30, cors_expose_headers=("X-Total",))
    answer = preflight(made)
    assert (answer.status_code, answer.headers["vary"], answer.content) == (204, "Origin", b"")
    assert shown(answer) == {
        "allow-origin": SHOP,
        "allow-methods": "GET, POST, HEAD",
        "allow-headers": "Content-Type, Authorization",
        "max-age": "30",
    }
    answer = made.request("POST", "/buy", headers={"Origin": SHOP})
    assert answer.headers["vary"] == "Origin, Accept"
    assert shown(answer) == {"allow-origin": SHOP, "expose-headers": "X-Zato-CID, Retry-After, X-Total"}


def test_a_page_that_is_not_listed_is_told_nothing_and_caches_know_that_the_answer_depends_on_it() -> None:
    made = served(cors_origins=(SHOP,))
    answer = preflight(made, OTHER)
    assert (answer.status_code, answer.json["error"]["code"], answer.headers["vary"]) == (403, "cors-origin", "Origin")
    assert shown(answer) == {}
    for headers in ({"Origin": OTHER}, {"Origin": "null"}, {}):
        answer = made.request("POST", "/buy", headers=headers)
        assert (answer.status_code, shown(answer)) == (200, {}), headers
        assert answer.headers["vary"] == "Origin, Accept"


def test_where_all_pages_may_call_the_answer_is_the_same_for_all() -> None:
    made = served(cors_origins=("*",), cors_headers=())
    assert shown(preflight(made, OTHER)) == {
        "allow-origin": "*",
        "allow-methods": "GET, POST, HEAD",
        "max-age": "600",
    }
    answer = made.request("POST", "/buy", headers={"Origin": OTHER})
    assert (shown(answer)["allow-origin"], answer.headers["vary"]) == ("*", "Accept")


def test_credentials_are_asked_for_only_where_the_channel_says_so() -> None:
    made = served(cors_origins=(SHOP,), cors_credentials=True)
    assert shown(preflight(made))["allow-credentials"] == "true"
    assert shown(made.request("POST", "/buy", headers={"Origin": SHOP}))["allow-credentials"] == "true"
    assert "allow-credentials" not in shown(preflight(served(cors_origins=(SHOP,))))


def test_a_page_can_read_errors_too_and_asking_takes_no_password() -> None:
    made = served(cors_origins=(SHOP,), security=("user",))
    assert preflight(made).status_code == 204
    refused = made.request("POST", "/buy", headers={"Origin": SHOP})
    assert (refused.status_code, shown(refused)["allow-origin"]) == (401, SHOP)
    headers = {"Origin": SHOP, **basic("jane", "any")}
    refused = made.request("POST", "/buy", body=b'"refuse"', headers=headers)
    assert (refused.status_code, shown(refused)["allow-origin"]) == (400, SHOP)


def test_what_browsers_ask_first_is_counted_as_the_channels() -> None:
    made = served(cors_origins=(SHOP,))
    answers = [preflight(made), preflight(made, OTHER)]
    assert made.counted() == {("buy", "buy", "204"): 1, ("buy", "buy", "403"): 1}
    assert all(answer.headers["x-zato-cid"] for answer in answers)


def test_a_channel_for_its_own_pages_says_nothing_to_browsers() -> None:
    answer = served().request("POST", "/buy", headers={"Origin": SHOP})
    assert (shown(answer), answer.headers["vary"]) == ({}, "Accept")


@pytest.mark.parametrize(
    ("method", "environ", "asked"),
    [
        ("OPTIONS", {"HTTP_ORIGIN": SHOP, "HTTP_ACCESS_CONTROL_REQUEST_METHOD": "PUT"}, "PUT"),
        ("OPTIONS", {"HTTP_ACCESS_CONTROL_REQUEST_METHOD": "PUT"}, None),
        ("OPTIONS", {"HTTP_ORIGIN": SHOP}, None),
        ("GET", {"HTTP_ORIGIN": SHOP, "HTTP_ACCESS_CONTROL_REQUEST_METHOD": "PUT"}, None),
    ],
)
def test_only_a_browser_with_another_sites_page_asks_before(
    method: str, environ: dict[str, str], asked: str | None
) -> None:
    assert asks_before(method, environ) == asked
