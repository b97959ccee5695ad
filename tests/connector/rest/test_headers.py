"""Headers of outgoing requests: what the caller gives, what the connection adds, who wins."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest

from zato import __version__
from zato.config.kinds.outgoing_rest import OutgoingRest, OutgoingSecurity
from zato.connector.rest.headers import composed, credentials

TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.mark.parametrize(
    ("fields", "sent"),
    [
        ({"security": "none"}, {}),
        ({"security": "certificate"}, {}),
        ({"security": "bearer"}, {"Authorization": "Bearer the-secret"}),
        ({"security": "api-key"}, {"X-API-Key": "the-secret"}),
        ({"security": "api-key", "header": "X-Shop"}, {"X-Shop": "the-secret"}),
        (
            {"security": "basic", "username": "zoë"},
            {"Authorization": "Basic " + base64.b64encode("zoë:pass:ü".encode()).decode()},
        ),
    ],
    ids=str,
)
def test_each_way_of_authentication_sends_its_own_secret_and_no_other(fields: Any, sent: dict[str, str]) -> None:
    given = {**fields, "security": OutgoingSecurity(fields["security"])}
    value = OutgoingRest(address="https://a", **given)
    assert credentials(value, "pass:ü", "the-secret") == sent


def test_a_secret_that_is_not_there_is_empty_and_not_the_word_none() -> None:
    for security in (OutgoingSecurity.BASIC, OutgoingSecurity.BEARER, OutgoingSecurity.API_KEY):
        value = OutgoingRest(address="https://a", security=security, username="u")
        for text in credentials(value, None, None).values():
            assert "None" not in text
            assert "None" not in base64.b64decode(text.removeprefix("Basic ") + "==").decode("latin-1")


def test_without_anything_there_are_defaults_and_the_correlation_id() -> None:
    assert composed("cid-1", None, {}, {}) == {
        "Accept": "application/json, */*;q=0.5",
        "Accept-Encoding": "gzip",
        "User-Agent": f"zato/{__version__}",
        "X-Zato-CID": "cid-1",
    }


def test_what_the_service_gives_replaces_defaults_in_any_spelling() -> None:
    made = composed("cid-1", "application/json", {"accept": "text/csv", "CONTENT-TYPE": "text/plain", "X-N": 7}, {})
    assert (made["accept"], made["CONTENT-TYPE"], made["X-N"]) == ("text/csv", "text/plain", "7")
    assert len({name.lower() for name in made}) == len(made)
    assert composed("cid-1", "application/json", {}, {})["Content-Type"] == "application/json"


def test_the_connections_credentials_and_the_correlation_id_replace_what_the_service_gives() -> None:
    given = {"authorization": "Basic of-the-service", "x-zato-cid": "another", "Traceparent": "x"}
    made = composed(TRACE, None, given, {"Authorization": "Bearer own"})
    assert (made["Authorization"], made["X-Zato-CID"]) == ("Bearer own", TRACE)
    assert {"authorization", "x-zato-cid", "Traceparent"}.isdisjoint(made)


@pytest.mark.parametrize("name", ["Host", "content-length", "Transfer-Encoding", "CONNECTION"])
def test_where_a_message_ends_is_not_for_a_service_to_say(name: str) -> None:
    made = composed("cid-1", None, {name: "1"}, {})
    assert name.lower() not in {each.lower() for each in made}


def test_a_correlation_id_that_can_be_a_trace_is_one() -> None:
    made = [composed(TRACE, None, {}, {})["traceparent"] for _ in range(2)]
    assert all(re.fullmatch(rf"00-{TRACE}-[0-9a-f]{{16}}-01", one) for one in made)
    assert made[0] != made[1]  # each request is a part of the trace
    for cid in ("cid-1", "0" * 32, TRACE.upper(), TRACE + "0"):
        assert "traceparent" not in composed(cid, None, {}, {})


@pytest.mark.parametrize("value", ["a\r\nX: y", "a\n b", "a\x00", "a\x7f", "a\r", "\x0b"])
def test_a_value_that_could_be_read_as_more_than_one_header_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="'X-Name' has a control character"):
        composed("cid-1", None, {"X-Name": value}, {})
    with pytest.raises(ValueError, match="'X-API-Key'"):
        composed("cid-1", None, {}, {"X-API-Key": value})


def test_a_tab_is_no_end_of_a_header() -> None:
    assert composed("cid-1", None, {"X-Name": "a\tb"}, {})["X-Name"] == "a\tb"
