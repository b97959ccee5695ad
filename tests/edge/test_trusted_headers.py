"""No client can say what only the edge may say, whatever the spelling."""

from __future__ import annotations

import pytest

from support.edge import BALANCER, DIRECT, Edge
from support.spoofed import FINGERPRINT, SPOOFED, WORD


@pytest.mark.parametrize("name", SPOOFED)
@pytest.mark.parametrize("times", [1, 2])
def test_a_spoofed_header_does_not_arrive(edge: Edge, door: str, name: str, times: int) -> None:
    for word in (WORD, FINGERPRINT, FINGERPRINT[:32], "10.77.66.55"):
        lines = f"{name}: {word}\r\n" * times
        request = f"GET /echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{lines}\r\n".encode()
        answer = edge.raw(request, door)
        assert answer.status == 200
        assert word not in str(answer.environ)
        assert answer.environ["SCRIPT_NAME"] == ""
        assert answer.environ["HTTP_X_ZATO_PEER"] == "127.0.0.1"
        assert answer.environ["HTTP_X_FORWARDED_FOR"] == "127.0.0.1"


@pytest.mark.parametrize("name", ["X-Zato-User", "X_Zato_User", "X-Zato-TLS-Client"])
def test_a_spoofed_header_after_a_folded_line_does_not_arrive(edge: Edge, door: str, name: str) -> None:
    request = f"GET /echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-A: a\r\n {name}: {WORD}\r\n\r\n"
    answer = edge.raw(request.encode(), door)
    assert answer.status == 400 or "HTTP_" + name.upper().replace("-", "_") not in answer.environ


@pytest.mark.parametrize("name", ["X-Zato-CID", "X-Zato-User"])
def test_a_connection_header_does_not_remove_what_the_edge_says(edge: Edge, door: str, name: str) -> None:
    request = f"GET /echo HTTP/1.1\r\nHost: localhost\r\nConnection: close, {name}\r\n\r\n"
    answer = edge.raw(request.encode(), door)
    assert len(answer.environ["HTTP_X_ZATO_CID"]) == 32


def test_the_words_of_haproxy_are_not_believed_from_another_client_of_the_cluster(edge: Edge) -> None:
    headers = {"X-Zato-Client-Cert-SHA256": FINGERPRINT, "X-Zato-Client-Address": "10.77.66.55"}
    answer = edge.get("/echo", DIRECT, headers=headers, certificate=edge.layout.pki / "admin.crt")
    assert answer.environ["HTTP_X_ZATO_TLS_CLIENT"] != FINGERPRINT
    assert answer.environ["HTTP_X_ZATO_PEER"] == "127.0.0.1"


def test_the_words_of_haproxy_are_believed_with_its_certificate(edge: Edge) -> None:
    headers = {
        "X-Zato-Client-Cert-SHA256": FINGERPRINT,
        "X-Zato-Client-Cert-Subject": "CN%3dsomebody",
        "X-Zato-Client-Address": "10.77.66.55",
        "X-Zato-CID": FINGERPRINT[:32],
    }
    certificate = edge.layout.pki / "haproxy-client.crt"
    environ = edge.get("/echo", DIRECT, headers=headers, certificate=certificate).environ
    assert environ["HTTP_X_ZATO_TLS_CLIENT"] == FINGERPRINT
    assert environ["HTTP_X_ZATO_TLS_SUBJECT"] == "CN%3dsomebody"
    assert environ["HTTP_X_ZATO_PEER"] == environ["HTTP_X_FORWARDED_FOR"] == "10.77.66.55"
    assert environ["HTTP_X_ZATO_CID"] == FINGERPRINT[:32]


def test_even_haproxy_cannot_name_a_user_or_a_principal(edge: Edge) -> None:
    certificate = edge.layout.pki / "haproxy-client.crt"
    headers = {"X-Zato-User": WORD, "X-Zato-Principal": WORD, "X-Zato-TLS-Client": FINGERPRINT}
    answer = edge.get("/echo", DIRECT, headers=headers, certificate=certificate)
    assert WORD not in str(answer.environ) and FINGERPRINT not in str(answer.environ)


def test_other_headers_arrive_as_they_are(edge: Edge, door: str) -> None:
    headers = {
        "X-API-Key": "abc",
        "Authorization": "Bearer a.b.c",
        "Content-Type": "text/x; a=é".encode().decode("latin-1"),
    }
    environ = edge.get("/echo?a=%2B+b", door, headers=headers).environ
    assert environ["HTTP_X_API_KEY"] == "abc"
    assert environ["HTTP_AUTHORIZATION"] == "Bearer a.b.c"
    assert environ["CONTENT_TYPE"].encode("latin-1").decode() == "text/x; a=é"
    assert environ["QUERY_STRING"] == "a=%2B+b"


def test_a_line_break_in_the_path_is_part_of_the_path(edge: Edge, door: str) -> None:
    environ = edge.get("/a%0D%0AX-Zato-User:%20joe%0D%0A%0D%0A", door).environ
    assert environ["PATH_INFO"] == "/a\r\nX-Zato-User: joe\r\n\r\n"
    assert "HTTP_X_ZATO_USER" not in environ


def test_haproxy_overrides_what_clients_say_about_the_scheme(edge: Edge) -> None:
    environ = edge.get("/echo", BALANCER, headers={"X-Forwarded-Proto": "http", "X-Forwarded-Port": "80"}).environ
    assert environ["HTTP_X_FORWARDED_PROTO"] == "https"
    assert "HTTP_X_FORWARDED_PORT" not in environ
