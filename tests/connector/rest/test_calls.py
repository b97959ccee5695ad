"""What is sent to another system and what comes back, over real HTTPS."""

from __future__ import annotations

import base64
import gzip
import json
import re
from dataclasses import dataclass
from typing import Any

import pytest

from support.http_peer import HttpPeer, Reply
from support.outgoing_rest import Connects
from zato.core.correlation import new_cid
from zato.core.errors import OutgoingFailed


def test_each_method_reaches_the_other_system(peer: HttpPeer, connect: Connects) -> None:
    conn = connect(peer.address + "/items").conn
    for method in ("get", "head", "options", "post", "put", "patch", "delete"):
        assert getattr(conn, method)("c1").status_code == 200
    assert conn.request("get", "c1").status_code == 200
    methods = [received.method for received in peer.received]
    assert methods == ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "GET"]
    assert {received.target for received in peer.received} == {"/items"}


def test_parameters_may_come_second_where_there_is_no_body_and_third_where_there_is(
    peer: HttpPeer, connect: Connects
) -> None:
    conn = connect(peer.address + "/items/{id}").conn
    conn.get("c1", {"id": 1, "a": 2})
    conn.post("c1", {"x": 1}, {"id": 2, "a": 3}, {"X-App": "zato"})
    conn.delete("c1", params={"id": "a/b"})
    assert [received.target for received in peer.received] == ["/items/1?a=2", "/items/2?a=3", "/items/a%2Fb"]
    assert peer.received[1].body == b'{"x":1}'
    assert peer.received[1].headers["X-App"] == "zato"


@dataclass
class Customer:
    name: str


@pytest.mark.parametrize(
    ("data", "body", "content_type"),
    [
        (None, b"", None),
        ({"a": "ä"}, '{"a":"ä"}'.encode(), "application/json"),
        ([1, None], b"[1,null]", "application/json"),
        (Customer("Jane"), b'{"name":"Jane"}', "application/json"),
        (False, b"false", "application/json"),
        ("ä", "ä".encode(), "text/plain; charset=utf-8"),
        (b"\x00\xff", b"\x00\xff", "application/octet-stream"),
    ],
)
def test_data_is_json_unless_it_is_text_or_bytes(
    peer: HttpPeer, connect: Connects, data: Any, body: bytes, content_type: str | None
) -> None:
    connect(peer.address).conn.post("c1", data)
    assert peer.received[0].body == body
    assert peer.received[0].headers.get("Content-Type") == content_type


def test_headers_of_the_service_replace_defaults_in_any_case(peer: HttpPeer, connect: Connects) -> None:
    connect(peer.address).conn.post("c1", "<a/>", headers={"content-type": "application/xml", "accept": "text/xml"})
    headers = peer.received[0].headers
    assert (headers["content-type"], headers["accept"]) == ("application/xml", "text/xml")
    assert "Content-Type" not in headers and "Accept" not in headers


def test_the_correlation_id_travels_as_header_and_as_trace(peer: HttpPeer, connect: Connects) -> None:
    conn = connect(peer.address).conn
    cid = new_cid()
    conn.get(cid)
    conn.get("order-5")
    conn.get("0" * 32)
    first, second, third = (received.headers for received in peer.received)
    assert first["X-Zato-CID"] == cid
    assert re.fullmatch(rf"00-{cid}-[0-9a-f]{{16}}-01", first["traceparent"])
    assert second["X-Zato-CID"] == "order-5"
    assert "traceparent" not in second and "traceparent" not in third


@pytest.mark.parametrize(
    ("fields", "header", "expected"),
    [
        (
            {"security": "basic", "username": "zato", "password": "gehäim:1"},
            "Authorization",
            "Basic " + base64.b64encode("zato:gehäim:1".encode()).decode(),
        ),
        ({"security": "bearer", "secret": "t0ken"}, "Authorization", "Bearer t0ken"),
        ({"security": "api-key", "secret": "k3y"}, "X-API-Key", "k3y"),
        ({"security": "api-key", "secret": "k3y", "header": "X-Other"}, "X-Other", "k3y"),
    ],
)
def test_the_connections_credentials_win_over_what_a_service_sends(
    peer: HttpPeer, connect: Connects, fields: dict[str, str], header: str, expected: str
) -> None:
    connect(peer.address, **fields).conn.get("c1", headers={header.lower(): "forged", "X-Zato-CID": "forged"})
    assert peer.received[0].headers[header] == expected
    assert "forged" not in peer.received[0].headers.values()


@pytest.mark.parametrize("value", ["a\r\nX-Admin: yes", "a\n b", "a\x00b", "€"])
def test_a_header_that_could_be_read_as_two_is_not_sent(peer: HttpPeer, connect: Connects, value: str) -> None:
    with pytest.raises(OutgoingFailed) as raised:
        connect(peer.address).conn.get("c1", headers={"X-Name": value})
    assert raised.value.stage == "request"
    assert peer.received == []


def test_where_a_message_ends_is_not_for_a_service_to_say(peer: HttpPeer, connect: Connects) -> None:
    conn = connect(peer.address).conn
    conn.post("c1", "four", headers={"Content-Length": "2", "Transfer-Encoding": "chunked", "Host": "other"})
    assert peer.received[0].body == b"four"
    assert peer.received[0].headers["Content-Length"] == "4"
    assert peer.received[0].headers["Host"] == f"localhost:{peer.port}"
    assert "Transfer-Encoding" not in peer.received[0].headers


def test_data_without_a_json_form_is_refused_before_anything_is_sent(peer: HttpPeer, connect: Connects) -> None:
    with pytest.raises(OutgoingFailed, match="type object cannot be written as JSON") as raised:
        connect(peer.address).conn.post("c1", {"a": object()})
    assert raised.value.stage == "request"
    assert peer.accepted == 0


@pytest.mark.parametrize("status", [201, 204, 304, 400, 401, 404, 429, 500, 503])
def test_a_response_is_returned_whatever_its_status(peer: HttpPeer, connect: Connects, status: int) -> None:
    body = b"" if status in (204, 304) else b'{"a":1}'
    peer.answer = lambda _: Reply(status, body)
    response = connect(peer.address).conn.get("c1")
    assert response.status_code == status
    assert response.ok == (status < 400)
    assert len(peer.received) == 1


@pytest.mark.parametrize(
    ("content_type", "body", "data"),
    [
        ("application/json", b'{"a": [1, 2.5, null]}', {"a": [1, 2.5, None]}),
        ("application/problem+json; charset=utf-8", b'{"title": "no"}', {"title": "no"}),
        ("APPLICATION/JSON", b"\xef\xbb\xbf[1]", [1]),
        ("application/json", b"", None),
        ("text/plain", b"5", "5"),
        ("text/plain; charset=iso-8859-1", b"\xe4", "ä"),
        ("text/plain; charset=no-such", "ä".encode(), "ä"),
        ("text/plain", b"\xff", "�"),
        (None, b"[5]", [5]),
        (None, b"five", "five"),
    ],
)
def test_data_is_the_value_of_json_and_otherwise_text(
    peer: HttpPeer, connect: Connects, content_type: str | None, body: bytes, data: Any
) -> None:
    peer.answer = lambda _: Reply(body=body, headers={"Content-Type": content_type} if content_type else {})
    response = connect(peer.address).conn.get("c1")
    assert response.data == data
    assert response.content == body


@pytest.mark.parametrize("body", [b"{", b'{"a": 1, "a": 2}', b"NaN", b"\xff", b"[" * 100_000])
def test_json_that_is_none_is_the_other_systems_failure(peer: HttpPeer, connect: Connects, body: bytes) -> None:
    peer.answer = lambda _: Reply(body=body)
    response = connect(peer.address).conn.get("c1")
    with pytest.raises(OutgoingFailed, match=r"'CRM'.*cannot be used") as raised:
        _ = response.data
    assert (raised.value.stage, raised.value.status) == ("response", 502)


def test_headers_of_a_response_are_found_in_any_case(peer: HttpPeer, connect: Connects) -> None:
    peer.answer = lambda _: Reply(headers={"X-Total": "5"})
    response = connect(peer.address).conn.get("c1")
    assert response.headers["x-total"] == response.headers.get("X-TOTAL") == "5"
    assert dict(response.headers)["X-Total"] == "5"


def test_a_compressed_response_arrives_as_what_it_was(peer: HttpPeer, connect: Connects) -> None:
    body = json.dumps({"text": "a" * 200_000}).encode()
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    peer.answer = lambda _: Reply(body=gzip.compress(body), headers=headers)
    response = connect(peer.address).conn.get("c1")
    assert response.content == body
    assert len(response.data["text"]) == 200_000


def test_connections_are_kept_open_between_calls(peer: HttpPeer, connect: Connects) -> None:
    conn = connect(peer.address).conn
    for _ in range(10):
        conn.get("c1")
    assert peer.accepted == 1


def test_a_header_that_comes_several_times_can_be_told_apart(peer: HttpPeer, connect: Connects) -> None:
    lines = [
        "Set-Cookie: a=1; Path=/; Expires=Sat, 02 Jan 2027 03:05:06 GMT",
        "set-cookie: b=2",
        "Link: </1>",
        "Link: </2>",
    ]
    head = "\r\n".join(["HTTP/1.1 200 OK", "Content-Length: 2", *lines])
    peer.answer = lambda received: Reply(raw=f"{head}\r\n\r\n{{}}".encode())
    answer = connect(peer.address).conn.get("c1")
    assert answer.headers["link"] == "</1>, </2>"
    assert answer.headers.get_all("LINK") == ["</1>", "</2>"]
    assert len(answer.headers.get_all("Set-Cookie")) == 2
    assert answer.headers.get_all("X-Absent") == []
    assert answer.cookies == {"a": "1", "b": "2"}
